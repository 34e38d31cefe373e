#!/usr/bin/env python3
"""Writes the made-up month (files/) and checks its arithmetic. README.md tells the story.

    engine/cli/demo/make.py            writes files/ beside this script
    engine/cli/demo/make.py --check    writes nothing, fails when files/ differ

Amounts are integers in minor units throughout; nothing here is random.
"""
import hashlib
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def token(seed, length):
    """A stable base-62 text that looks like a provider's id."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest(), "big")
    out = ""
    while len(out) < length:
        number, digit = divmod(number, 62)
        out += BASE62[digit]
    return out


def text(minor, decimals, comma=False):
    sign, minor = ("-", -minor) if minor < 0 else ("", minor)
    if decimals == 0:
        return f"{sign}{minor}"
    whole, part = divmod(minor, 10**decimals)
    return f"{sign}{whole}{',' if comma else '.'}{part:0{decimals}}"


def price(gross, percent_bp, fixed):
    """The schedule in tieout.toml: percent in basis points, rounded half up, plus a fixed part."""
    return (gross * percent_bp + 5000) // 10000 + fixed


# ---------------------------------------------------------------- Stripe: itemised reconciliation

STRIPE_COLUMNS = [
    "automatic_payout_id", "automatic_payout_effective_at_utc", "balance_transaction_id",
    "created_utc", "available_on_utc", "currency", "gross", "fee", "net", "reporting_category",
    "source_id", "description", "customer_facing_amount", "customer_facing_currency", "charge_id",
    "payment_intent_id", "order_id", "trace_id",
]


class Stripe:
    def __init__(self, tail, currency, decimals, percent_bp, fixed):
        self.tail, self.currency, self.decimals = tail, currency, decimals
        self.percent_bp, self.fixed = percent_bp, fixed
        self.rows = []
        self.sums = {}
        self.effective = {}
        self.charges = {}

    def id(self, prefix, seed):
        return f"{prefix}_1T{token(f'{self.tail}/{prefix}/{seed}', 4)}{self.tail}{token(seed + prefix + self.tail, 8)}"

    def payout(self, name, effective, trace=""):
        self.sums[name] = 0
        self.effective[name] = (effective, trace)
        return self.id("po", name)

    def row(self, payout, seed, created, available, gross, fee, category, source, description,
            charge="", intent="", order="", customer=None):
        effective = self.effective[payout][0] + " 00:00:00" if payout else ""
        if payout:
            self.sums[payout] += gross - fee
        amount = lambda minor: text(minor, self.decimals)
        self.rows.append((created, [
            self.id("po", payout) if payout else "", effective, self.id("txn", seed), created,
            available + " 00:00:00", self.currency, amount(gross), amount(fee), amount(gross - fee),
            category, source, description, "" if customer is None else amount(customer),
            "" if customer is None else self.currency, charge, intent, order, "",
        ]))

    def sale(self, payout, order, created, available, gross, item, fee=None):
        charge, intent = self.id("ch", order), self.id("pi", order)
        self.charges[order] = (charge, intent)
        if fee is None:
            fee = price(gross, self.percent_bp, self.fixed)
        self.row(payout, order, created, available, gross, fee, "charge", charge, item, charge,
                 intent, order, gross)

    def refund(self, payout, order, created, amount, note):
        charge, intent = self.charges[order]
        self.row(payout, "re" + order, created, created[:10], -amount, 0, "refund",
                 self.id("re", order), note, charge, intent, order, -amount)

    def reserve(self, payout, created, amount):
        self.row(payout, "reserve" + created, created, created[:10], amount, 0,
                 "risk_reserved_funds", self.id("rsv", created), "Reserve hold (10% of March, rolling)")

    def csv(self):
        for name, (effective, trace) in self.effective.items():
            net = self.sums[name]
            po = self.id("po", name)
            created = effective + " 00:00:00"
            self.rows.append((created + "z", [
                po, effective + " 00:00:00", self.id("txn", "payout" + name), created, created,
                self.currency, text(-net, self.decimals), text(0, self.decimals),
                text(-net, self.decimals), "payout", po, "STRIPE PAYOUT", "", "", "", "", "", trace,
            ]))
        lines = [",".join(STRIPE_COLUMNS)]
        for _, cells in sorted(self.rows, key=lambda row: row[0]):
            lines.append(",".join(f'"{c}"' if "," in c else c for c in cells))
        return "\n".join(lines) + "\n"


# ------------------------------------------------------------------------- Shopify: two exports

SHOPIFY_COLUMNS = [
    "Transaction Date", "Type", "Order", "Card Brand", "Card Source", "Payout Status",
    "Payout Date", "Payout ID", "Available On", "Amount", "Fee", "Net", "Checkout",
    "Payment Method Name", "Presentment Amount", "Presentment Currency", "Currency", "VAT",
]
PAYOUT_COLUMNS = [
    "Payout Date", "Status", "Charges", "Refunds", "Adjustments", "Reserved Funds", "Fees",
    "Retried Amount", "Total", "Currency",
]


class Shopify:
    def __init__(self):
        self.rows = []
        self.payouts = {}

    def payout(self, date, number, status="paid"):
        self.payouts[date] = dict(id=number, status=status, charges=0, refunds=0, adjustments=0, fees=0)

    def row(self, payout, kind, when, order, available, amount, fee):
        column = {"charge": "charges", "refund": "refunds"}.get(kind, "adjustments")
        number, status = "", "pending"
        if payout:
            entry = self.payouts[payout]
            number, status = entry["id"], entry["status"]
            entry[column] += amount
            entry["fees"] += fee
        self.rows.append([
            when, kind, f"#{order}", "visa", "online", status, payout or available, number,
            available, text(amount, 2), text(fee, 2), text(amount - fee, 2),
            f"#{36_900_000_000_000 + order * 7919}", "card", text(abs(amount), 2), "EUR", "EUR", "0.00",
        ])

    def sale(self, payout, order, when, available, amount):
        self.row(payout, "charge", when, order, available, amount, price(amount, 190, 25))

    def total(self, date):
        p = self.payouts[date]
        return p["charges"] + p["refunds"] + p["adjustments"] - p["fees"]

    def transactions_csv(self):
        rows = sorted(self.rows, key=lambda row: row[0], reverse=True)  # newest first, as exported
        return "\n".join(",".join(row) for row in [SHOPIFY_COLUMNS, *rows]) + "\n"

    def payouts_csv(self):
        lines = [",".join(PAYOUT_COLUMNS)]
        for date in sorted(self.payouts, reverse=True):
            p = self.payouts[date]
            lines.append(",".join([
                date, p["status"], text(p["charges"], 2), text(p["refunds"], 2),
                text(p["adjustments"], 2), "0.00", text(-p["fees"], 2), "0.00",
                text(self.total(date), 2), "EUR",
            ]))
        return "\n".join(lines) + "\n"


# ------------------------------------------------------------------------------------- the banks

def camt(iban, opening, entries, from_day, to_day):
    closing = opening + sum(amount for _, _, amount, *_ in entries)
    balance = lambda code, minor, day: (
        f'      <Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>'
        f'<Amt Ccy="EUR">{text(minor, 2)}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>')
    out = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">',
        '  <BkToCstmrStmt>',
        '    <GrpHdr><MsgId>C53-2026-03-0042</MsgId><CreDtTm>2026-04-01T05:12:09Z</CreDtTm></GrpHdr>',
        '    <Stmt>',
        '      <Id>C53-2026-03-0042-1</Id><ElctrncSeqNb>3</ElctrncSeqNb><CreDtTm>2026-04-01T05:12:09Z</CreDtTm>',
        f'      <FrToDt><FrDtTm>{from_day}T00:00:00Z</FrDtTm><ToDtTm>{to_day}T23:59:59Z</ToDtTm></FrToDt>',
        f'      <Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>',
        balance("OPBD", opening, from_day), balance("CLBD", closing, to_day),
    ]
    for number, (booked, value, amount, reference, end_to_end, payer, remittance) in enumerate(entries, 1):
        out += [
            '      <Ntry>',
            f'        <NtryRef>{number}</NtryRef><Amt Ccy="EUR">{text(amount, 2)}</Amt><CdtDbtInd>CRDT</CdtDbtInd>',
            f'        <Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{booked}</Dt></BookgDt><ValDt><Dt>{value}</Dt></ValDt>',
            f'        <AcctSvcrRef>{reference}</AcctSvcrRef>',
            '        <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>',
            '        <NtryDtls><TxDtls>',
            f'          <Refs><EndToEndId>{end_to_end}</EndToEndId></Refs>',
            f'          <Amt Ccy="EUR">{text(amount, 2)}</Amt><CdtDbtInd>CRDT</CdtDbtInd>',
            f'          <RltdPties><Dbtr><Pty><Nm>{payer}</Nm></Pty></Dbtr></RltdPties>',
            f'          <RmtInf><Ustrd>{remittance}</Ustrd></RmtInf>',
            '        </TxDtls></NtryDtls>',
            '      </Ntry>',
        ]
    out += ['    </Stmt>', '  </BkToCstmrStmt>', '</Document>']
    return "\n".join(out) + "\n"


def german_csv(iban, opening, entries, first, last):
    """A German bank's download: semicolons, decimal comma, balance after each line, newest last."""
    date = lambda iso: ".".join(reversed(iso.split("-")))
    lines = ["Buchungstag;Valutadatum;Auftraggeber;Verwendungszweck;Betrag;Waehrung;Saldo nach Buchung;Auftragskonto"]
    balance = opening
    for booked, value, payer, remittance, amount in entries:
        balance += amount
        if first <= booked <= last:
            lines.append(";".join([date(booked), date(value), payer, remittance, text(amount, 2, comma=True),
                                   "EUR", text(balance, 2, comma=True), iban]))
    return "\r\n".join(lines) + "\r\n"


def japanese_csv(opening, entries):
    lines = ["Date,Description,Withdrawal,Deposit,Balance"]
    balance = opening
    for day, description, amount in entries:
        balance += amount
        lines.append(f"{day.replace('-', '/')},{description},,{amount},{balance}")
    return "\n".join(lines) + "\n"


# ------------------------------------------------------------------------------------- the month

def mill_lane_pottery():
    s = Stripe("B7WZ01zgkW", "eur", 2, percent_bp=150, fixed=25)
    p1 = s.payout("P1", "2026-03-06", "STRPDE0603264417")
    p2 = s.payout("P2", "2026-03-13", "STRPDE1303264502")
    p3 = s.payout("P3", "2026-03-20", "STRPDE2003264588")
    p4 = s.payout("P4", "2026-03-27", "STRPDE2703264671")
    s.sale("P1", "MLP-1041", "2026-03-01 10:14:22", "2026-03-05", 6400, "Stoneware mug, pair")
    s.sale("P1", "MLP-1042", "2026-03-01 18:02:51", "2026-03-05", 12900, "Serving bowl, celadon")
    s.sale("P1", "MLP-1043", "2026-03-02 08:40:03", "2026-03-05", 3800, "Espresso cup")
    s.sale("P1", "MLP-1044", "2026-03-03 21:17:40", "2026-03-05", 24500, "Dinner set for four")
    s.sale("P2", "MLP-1045", "2026-03-05 09:05:12", "2026-03-12", 8200, "Teapot, ash glaze")
    s.sale("P2", "MLP-1046", "2026-03-07 14:30:44", "2026-03-12", 17600, "Vase, tall")
    s.sale("P2", "MLP-1047", "2026-03-08 11:11:09", "2026-03-12", 6400, "Stoneware mug, pair")
    s.reserve("P2", "2026-03-10 00:00:00", -4000)
    s.sale("P2", "MLP-1048", "2026-03-10 19:45:30", "2026-03-12", 31000, "Dinner set for six")
    s.sale("P3", "MLP-1049", "2026-03-12 07:58:27", "2026-03-19", 12900, "Serving bowl, celadon")
    s.sale("P3", "MLP-1050", "2026-03-14 16:21:55", "2026-03-19", 9500, "Pasta plate, pair")
    s.sale("P3", "MLP-1051", "2026-03-17 12:00:36", "2026-03-19", 24500, "Dinner set for four")
    s.sale("P4", "MLP-1052", "2026-03-19 10:33:18", "2026-03-26", 7600, "Butter dish")
    s.sale("P4", "MLP-1053", "2026-03-21 20:09:02", "2026-03-26", 17600, "Vase, tall")
    s.refund("P4", "MLP-1042", "2026-03-23 09:20:00", 12900, "REFUND FOR CHARGE: bowl arrived cracked")
    s.sale("P4", "MLP-1054", "2026-03-24 13:47:11", "2026-03-26", 8200, "Teapot, ash glaze")
    s.sale("", "MLP-1055", "2026-03-27 09:15:45", "2026-04-01", 6400, "Stoneware mug, pair")
    s.sale("", "MLP-1056", "2026-03-29 17:52:20", "2026-04-03", 14200, "Casserole, lidded")
    s.sale("", "MLP-1057", "2026-03-31 22:30:08", "2026-04-05", 3800, "Espresso cup")
    report = s.csv()
    first_part = 40000
    stripe = "Stripe Technology Europe Ltd"
    assert s.sums["P2"] > first_part
    statement = camt("DE89370400440532013000", 118040, [
        ("2026-03-06", "2026-03-06", s.sums["P1"], "2026030600117", p1, stripe, f"STRIPE {p1}"),
        ("2026-03-13", "2026-03-13", first_part, "2026031300094", "NOTPROVIDED", stripe, f"STRIPE {p2} TEIL 1/2"),
        ("2026-03-16", "2026-03-16", s.sums["P2"] - first_part, "2026031600203", "NOTPROVIDED", stripe, f"STRIPE {p2} TEIL 2/2"),
        ("2026-03-27", "2026-03-27", s.sums["P4"], "2026032700051", p4, stripe, f"STRIPE {p4}"),
    ], "2026-03-01", "2026-03-31")
    return s, {
        "mill-lane-pottery/stripe-payout-reconciliation-2026-03.csv": report,
        "mill-lane-pottery/stripe-payout-reconciliation-2026-03_1.csv": report,
        "mill-lane-pottery/bank-camt053-2026-03.xml": statement,
    }


def north_loom():
    s = Shopify()
    for date, number, status in [
        ("2026-03-05", "118364807551", "paid"), ("2026-03-11", "118371033471", "paid"),
        ("2026-03-12", "118372278655", "paid"), ("2026-03-19", "118380142975", "paid"),
        ("2026-03-26", "118388465023", "paid"), ("2026-03-31", "118394232191", "in_transit"),
    ]:
        s.payout(date, number, status)
    s.sale("2026-03-05", 2201, "2026-03-01 09:12:31 +0100", "2026-03-05", 14900)
    s.sale("2026-03-05", 2202, "2026-03-02 15:44:09 +0100", "2026-03-05", 8400)
    s.sale("2026-03-11", 2203, "2026-03-05 11:20:50 +0100", "2026-03-11", 21900)
    s.sale("2026-03-11", 2204, "2026-03-07 19:31:17 +0100", "2026-03-11", 5600)
    s.row("2026-03-11", "chargeback", "2026-03-09 06:00:00 +0100", 2202, "2026-03-11", -8400, 1500)
    s.sale("2026-03-12", 2205, "2026-03-08 10:05:42 +0100", "2026-03-12", 14900)
    s.sale("2026-03-19", 2206, "2026-03-12 13:13:13 +0100", "2026-03-19", 32500)
    s.sale("2026-03-19", 2207, "2026-03-14 08:50:29 +0100", "2026-03-19", 5600)
    s.sale("2026-03-19", 2208, "2026-03-15 21:42:01 +0100", "2026-03-19", 8400)
    s.sale("2026-03-26", 2209, "2026-03-18 12:34:56 +0100", "2026-03-26", 21900)
    s.row("2026-03-26", "chargeback won", "2026-03-24 06:00:00 +0100", 2202, "2026-03-26", 8400, -1500)
    s.sale("2026-03-26", 2210, "2026-03-22 17:08:33 +0100", "2026-03-26", 14900)
    s.sale("2026-03-31", 2211, "2026-03-26 09:27:14 +0100", "2026-03-31", 18700)
    s.sale("2026-03-31", 2212, "2026-03-27 18:55:48 +0100", "2026-03-31", 5600)
    s.sale("", 2213, "2026-03-30 20:16:05 +0200", "2026-04-02", 14900)
    payer = "Shopify International Ltd"
    movements = [
        ("2026-03-06", "2026-03-06", payer, "SHOPIFY 118364807551", s.total("2026-03-05")),
        ("2026-03-16", "2026-03-16", payer, "SHOPIFY 118371033471 118372278655",
         s.total("2026-03-11") + s.total("2026-03-12")),
        ("2026-03-20", "2026-03-20", payer, "SHOPIFY 118380142975", s.total("2026-03-19")),
        ("2026-03-27", "2026-03-27", payer, "SHOPIFY 118388465023", s.total("2026-03-26")),
    ]
    iban = "DE02120300000000202051"
    return s, {
        "north-loom/payment_transactions_export_1.csv": s.transactions_csv(),
        "north-loom/payouts_export_1.csv": s.payouts_csv(),
        "north-loom/umsaetze-2026-03-01-bis-18.csv": german_csv(iban, 94215, movements, "2026-03-01", "2026-03-18"),
        "north-loom/umsaetze-2026-03-15-bis-31.csv": german_csv(iban, 94215, movements, "2026-03-15", "2026-03-31"),
    }


def kiku_paper():
    s = Stripe("Q4KU88paJP", "jpy", 0, percent_bp=360, fixed=0)
    s.payout("P1", "2026-03-06")
    s.payout("P2", "2026-03-13")
    s.payout("P3", "2026-03-27")
    s.sale("P1", "KP-310", "2026-03-01 02:10:09", "2026-03-05", 4800, "Washi, 20 sheets")
    s.sale("P1", "KP-311", "2026-03-02 05:33:47", "2026-03-05", 12600, "Lampshade, andon")
    s.sale("P1", "KP-312", "2026-03-03 11:01:25", "2026-03-05", 3200, "Notebook")
    s.sale("P2", "KP-313", "2026-03-06 03:48:52", "2026-03-12", 12600, "Lampshade, andon")
    s.sale("P2", "KP-314", "2026-03-08 07:29:36", "2026-03-12", 9800, "Letter set, indigo", fee=558)
    s.sale("P2", "KP-315", "2026-03-10 01:15:02", "2026-03-12", 4800, "Washi, 20 sheets")
    s.sale("P3", "KP-316", "2026-03-15 10:50:11", "2026-03-26", 25200, "Lampshade, andon, pair")
    s.refund("P3", "KP-312", "2026-03-18 04:00:00", 3200, "REFUND FOR CHARGE: ordered twice")
    s.sale("P3", "KP-317", "2026-03-22 06:22:58", "2026-03-26", 6400, "Notebook, pair")
    s.sale("", "KP-318", "2026-03-30 09:41:30", "2026-04-03", 12600, "Lampshade, andon")
    report = s.csv()
    return s, {
        "kiku-paper/stripe-payout-reconciliation-2026-03.csv": report,
        "kiku-paper/meisai-2026-03.csv": japanese_csv(310500, [
            ("2026-03-06", "STRIPE JAPAN KK", s.sums["P1"]),
            ("2026-03-13", "STRIPE JAPAN KK", s.sums["P2"]),
            ("2026-03-27", "STRIPE JAPAN KK", s.sums["P3"]),
        ]),
    }


def main():
    pottery, files = mill_lane_pottery()
    loom, more = north_loom()
    files.update(more)
    paper, more = kiku_paper()
    files.update(more)
    for name, stripe in (("pottery", pottery), ("paper", paper)):
        for payout, total in stripe.sums.items():
            print(f"{name} {payout} {stripe.id('po', payout)} {text(total, stripe.decimals)}")
    for date in loom.payouts:
        print(f"loom {date} {loom.payouts[date]['id']} {text(loom.total(date), 2)}")
    different = []
    for name, content in files.items():
        path = HERE / "files" / name
        if "--check" in sys.argv:
            if not path.exists() or path.read_bytes() != content.encode():
                different.append(name)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())
    if different:
        sys.exit(f"differ from what make.py writes: {', '.join(different)}")


main()
