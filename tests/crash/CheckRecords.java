// Are the outputs of a log on Kafka what a file says, each exactly once? Judged with Kafka's own
// client and nothing of the engine: not its code, not its librdkafka, not its Protobuf.
//
//   tests/crash/check_records BOOTSTRAP PREFIX EXPECTED
//
// EXPECTED has one line an entry, in the order of its partition: stream ("records" or
// "dead_letters"), partition, id, SHA-256 of the value in hex. The id is the value's first field: a
// record's record_id as text, a dead letter's position in hex.
//
// Prints a line a finding and exits 1; else the counts, "aborted" being the entries of transactions
// that were not committed: they lie in the topics, and no reader that is read_committed sees them.
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

public class CheckRecords {
  private static final List<String> STREAMS = List.of("records", "dead_letters");
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int FINDINGS_AT_MOST = 20;
  private static int findings = 0;

  public static void main(String[] arguments) throws Exception {
    String bootstrap = arguments[0], prefix = arguments[1];
    Map<String, List<String>> expected = readExpected(Path.of(arguments[2]));
    Map<String, List<String>> committed = readTopics(bootstrap, prefix, "read_committed");
    compare(expected, committed);
    requireUniqueIds(committed);
    long seen = count(committed);
    long aborted = count(readTopics(bootstrap, prefix, "read_uncommitted")) - seen;
    if (findings > 0) System.exit(1);
    System.out.printf("committed %d aborted %d%n", seen, aborted);
  }

  private static long count(Map<String, List<String>> entries) {
    return entries.values().stream().mapToLong(List::size).sum();
  }

  private static void report(String finding) {
    if (++findings <= FINDINGS_AT_MOST) System.out.println(finding);
  }

  /** By stream and partition ("records 2"): id and hash of each entry, in order. */
  private static Map<String, List<String>> readExpected(Path file) throws IOException {
    Map<String, List<String>> expected = new TreeMap<>();
    for (String line : Files.readAllLines(file)) {
      String[] words = line.split(" ");
      if (words.length != 4) throw new IOException(file + ": not four words: " + line);
      expected
          .computeIfAbsent(words[0] + " " + words[1], key -> new ArrayList<>())
          .add(words[2] + " " + words[3]);
    }
    return expected;
  }

  private static Map<String, List<String>> readTopics(
      String bootstrap, String prefix, String isolation) throws Exception {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", bootstrap);
    properties.put("isolation.level", isolation);
    properties.put("enable.auto.commit", "false");
    properties.put("auto.offset.reset", "none");
    Map<String, List<String>> entries = new TreeMap<>();
    try (var consumer =
        new KafkaConsumer<byte[], byte[]>(
            properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (String stream : STREAMS) {
        for (var info : consumer.partitionsFor(prefix + stream)) {
          partitions.add(new TopicPartition(prefix + stream, info.partition()));
        }
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      // Under read_committed the last stable offset: an open transaction would hide entries.
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        for (ConsumerRecord<byte[], byte[]> entry : consumer.poll(POLL)) {
          String stream = entry.topic().substring(prefix.length());
          entries
              .computeIfAbsent(stream + " " + entry.partition(), key -> new ArrayList<>())
              .add(idOf(entry.value(), stream) + " " + hashOf(entry.value()));
        }
      }
    }
    return entries;
  }

  /** The bytes of the value's first field: one length-delimited field with number 1. */
  private static String idOf(byte[] value, String stream) {
    if (value == null || value.length < 2 || value[0] != 0x0a || value[1] < 0) return "(no id)";
    int size = value[1];
    if (value.length < 2 + size) return "(no id)";
    return stream.equals("records")
        ? new String(value, 2, size, StandardCharsets.UTF_8)
        : HexFormat.of().formatHex(value, 2, 2 + size);
  }

  private static String hashOf(byte[] value) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(value));
  }

  private static void compare(
      Map<String, List<String>> expected, Map<String, List<String>> committed) {
    Set<String> places = new HashSet<>(expected.keySet());
    places.addAll(committed.keySet());
    for (String place : places) {
      List<String> wanted = expected.getOrDefault(place, List.of());
      List<String> found = committed.getOrDefault(place, List.of());
      if (wanted.size() != found.size()) {
        report(place + ": " + wanted.size() + " expected, " + found.size() + " found");
      }
      for (int i = 0; i < Math.min(wanted.size(), found.size()); ++i) {
        if (wanted.get(i).equals(found.get(i))) continue;
        report(place + ", entry " + i + ": expected " + wanted.get(i) + ", found " + found.get(i));
        break;
      }
    }
  }

  private static void requireUniqueIds(Map<String, List<String>> committed) {
    Set<String> ids = new HashSet<>();
    committed.forEach(
        (place, entries) -> {
          for (String entry : entries) {
            String id = place.split(" ")[0] + " " + entry.split(" ")[0];
            if (!ids.add(id)) report(place + ": " + id + " is there more than once");
          }
        });
  }
}
