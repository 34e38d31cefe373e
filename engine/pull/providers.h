// One function a provider; each one's file says from which page of its documentation it was taken.
#pragma once

#include "engine/pull/provider.h"

namespace tieout::pull {

const Provider& Stripe();

}  // namespace tieout::pull
