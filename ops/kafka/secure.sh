# Sourced by ops/kafka/up: the listeners of --secure. One certificate, made here for this folder, is the
# broker's, the client's, and what both trust.

tls=$dir/secure
if [[ ! -f $tls/certificate.pem ]]; then
  command -v openssl >/dev/null || fail "openssl is missing" "ops/install --test, or: apt-get install openssl"
  mkdir -p "$tls"
  (umask 077 && openssl rand -hex 16 >"$tls/key-password" && openssl rand -hex 16 >"$tls/user-password")
  quietly "$tls/openssl.log" "read the error above" \
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes256 -pass "file:$tls/key-password" -out "$tls/key.pem"
  quietly "$tls/openssl.log" "read the error above" \
    openssl req -x509 -days 3650 -subj /CN=tieout-test -addext subjectAltName=IP:127.0.0.1 \
    -key "$tls/key.pem" -passin "file:$tls/key-password" -out "$tls/certificate.pem"
  # Without a password: Java 17 doesn't read a key as openssl encrypts it.
  (umask 077 && openssl pkey -in "$tls/key.pem" -passin "file:$tls/key-password" >"$tls/both.pem")
  cat "$tls/certificate.pem" >>"$tls/both.pem"
fi
free_port tls_port
free_port sasl_port
free_port sasl_plain_port
echo "127.0.0.1:$tls_port" >"$tls/tls"
echo "127.0.0.1:$sasl_port" >"$tls/sasl"
echo "127.0.0.1:$sasl_plain_port" >"$tls/sasl-plain"
sed -i -E "s#^((advertised\\.)?listeners=PLAINTEXT://[^,]*)#\\1,SSL://127.0.0.1:$tls_port,SASL_SSL://127.0.0.1:$sasl_port,SASL_PLAINTEXT://127.0.0.1:$sasl_plain_port#" \
  "$dir/server.properties"
cat >>"$dir/server.properties" <<END
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL,SASL_PLAINTEXT:SASL_PLAINTEXT
ssl.keystore.type=PEM
ssl.keystore.location=$tls/both.pem
ssl.truststore.type=PEM
ssl.truststore.location=$tls/certificate.pem
listener.name.ssl.ssl.client.auth=required
listener.name.sasl_ssl.sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl_plaintext.sasl.enabled.mechanisms=SCRAM-SHA-512,PLAIN
listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl_plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_tieout="$(cat "$tls/user-password")";
END
# A user is part of the cluster's own data, from its first day.
scram=(--add-scram "SCRAM-SHA-512=[name=tieout,password=$(cat "$tls/user-password")]")
