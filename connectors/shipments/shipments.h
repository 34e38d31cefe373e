// Parcels as a shipping app or carrier lists them: a CSV, a row a parcel with its label and how it
// stands now. Which column is which is told by the headings that such apps use (profile.cc), or by
// a profile of one's own (--profile FILE, profile.h).
//
// Source of the format: the fields of ShipStation's and BigCommerce's shipments (order and tracking
// number, carrier, service, ship date, cost) and the states of Shippo's, ShipEngine's, AfterShip's
// and eBay's tracking, from their documentation. No exports of these were at hand: a heading or
// word that is missing here is a line in a profile.
//
// Identity: provider "shipping", the account as --account or the profile tells it; entry = the
// tracking number, else the app's own id of the shipment. Each state is an event of its own:
// `label` on the ship date, which alone carries the cost, then `in_transit`, `delivered`, `lost` …
// on the day of the status, and what was done about it: `claimed`, `refunded`, `replaced`. So the
// same parcel in a later export adds what is new and says nothing twice. The order is told with all
// of them; it is part of their content, since a label is made for an order.
//
// Nothing here moves money: what a label costs is billed by the marketplace, app or carrier, in
// that one's own file.
#pragma once

#include "connectors/connector.h"

namespace tieout::connectors {

const Connector& Shipments();

}  // namespace tieout::connectors
