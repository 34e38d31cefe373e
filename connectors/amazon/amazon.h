// Amazon: the settlement report, flat file V2 (GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2).
//
// Tabs, no quotes; UTF-8 or Windows-1252. The first row of a settlement is its summary
// (settlement-start-date ... total-amount, currency), the others are its entries and leave those
// columns empty. Fields from developer-docs.amazon.com (report type values, settlement) and the
// definitions in Seller Central's forum. A European file writes "1.234,56" and "31.03.2026 12:00:00
// UTC", a US one "1,234.56" and "2026-03-31 12:00:00 UTC" or ISO 8601; both are the same events.
// V1 files (price-type, price-amount) are refused with the way out.
//
// Identity: provider "amazon"; merchant account from --account. A row has no id: hash of
// settlement-id, transaction-type, order-id, adjustment-id, shipment-id, order-item-code, sku,
// promotion-id, amount-type, amount-description, amount and posted instant, with the ordinal among
// equal rows. A settlement is made once, so nothing of it comes later.
// The payout is the settlement: its id, amount total-amount, arrival deposit-date; its list is
// complete when the rows sum to it. A settlement of zero or less pays nothing: what is owed is
// carried into the next one, or charged to a card, and is noted.
// payment_id = order-id: an order's ItemPrice rows add up, and its refunds tie to it. A hold's id
// is the settlement that holds it (Current Reserve Amount); a release names none, the oldest goes
// first.
//
// Not in the report: which deposit currency a converter made of it.
#pragma once

#include "connectors/connector.h"

namespace tieout::connectors {

const Connector& Amazon();

}  // namespace tieout::connectors
