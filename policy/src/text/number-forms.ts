/** Issuer prefixes and lengths of card numbers: ISO/IEC 7812 and the issuers' published ranges. Sorted by issuer. */
export const cardIssuers: readonly { readonly issuer: string; readonly prefix: RegExp; readonly lengths: readonly number[] }[] = [
  { issuer: 'American Express', prefix: /^3[47]/, lengths: [15] },
  { issuer: 'Diners Club', prefix: /^3(?:0[0-5]|[689])/, lengths: [14, 16] },
  { issuer: 'Discover', prefix: /^6(?:011|4[4-9]|5)/, lengths: [16, 19] },
  { issuer: 'JCB', prefix: /^35(?:2[89]|[3-8])/, lengths: [16, 19] },
  { issuer: 'Maestro', prefix: /^(?:50(?:18|20|38)|5893|6304|6759|676[1-3])/, lengths: [16, 18, 19] },
  { issuer: 'Mastercard', prefix: /^(?:5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720))/, lengths: [16] },
  { issuer: 'UnionPay', prefix: /^62/, lengths: [16, 17, 18, 19] },
  { issuer: 'Visa', prefix: /^4/, lengths: [13, 16, 19] },
]

/** Lengths of IBANs by country: SWIFT, IBAN Registry, release 99. Sorted by country. */
export const ibanLengths: Readonly<Record<string, number>> = {
  AD: 24, AE: 23, AL: 28, AT: 20, AZ: 28, BA: 20, BE: 16, BG: 22, BH: 22, BI: 27, BR: 29, BY: 28, CH: 21, CR: 22, CY: 28, CZ: 24, DE: 22,
  DJ: 27, DK: 18, DO: 28, EE: 20, EG: 29, ES: 24, FI: 18, FK: 18, FO: 18, FR: 27, GB: 22, GE: 22, GI: 23, GL: 18, GR: 27, GT: 28, HR: 21,
  HU: 28, IE: 22, IL: 23, IQ: 23, IS: 26, IT: 27, JO: 30, KW: 30, KZ: 20, LB: 28, LC: 32, LI: 21, LT: 20, LU: 20, LV: 21, LY: 25, MC: 27,
  MD: 24, ME: 22, MK: 19, MN: 20, MR: 27, MT: 31, MU: 30, NI: 28, NL: 18, NO: 15, OM: 23, PK: 24, PL: 28, PS: 29, PT: 25, QA: 29, RO: 24,
  RS: 22, RU: 33, SA: 24, SC: 31, SD: 18, SE: 24, SI: 19, SK: 24, SM: 27, SO: 23, ST: 25, SV: 28, TL: 23, TN: 24, TR: 26, UA: 29, VA: 22,
  VG: 24, XK: 20, YE: 30,
}
