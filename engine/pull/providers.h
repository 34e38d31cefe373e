// One function a provider; each one's file says from which page of its documentation it was taken.
#pragma once

#include "engine/pull/provider.h"

namespace tieout::pull {

const Provider& Adyen();
const Provider& Ebay();
const Provider& Etsy();
const Provider& PayPal();
const Provider& Shopify();
const Provider& Square();
const Provider& Stripe();

}  // namespace tieout::pull
