// Random messages of any of the schema's types, canonical as our writers make them: valid dates and
// times, known enumerators, no empty message where its presence says nothing.
#pragma once

#include <google/protobuf/message.h>

#include <random>

namespace tieout::codec {

void FillAtRandom(std::mt19937_64& random, google::protobuf::Message* message);

}  // namespace tieout::codec
