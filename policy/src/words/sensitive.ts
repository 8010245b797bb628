import type { SensitiveClass } from '../keys.js'

/**
 * What a name holds that ends in these words, in the singular and as they are written (`api key` and `apikey`).
 * Sources: OWASP Logging Cheat Sheet ("Data to exclude"), PCI DSS 4.0 requirement 3, GDPR articles 4 and 9, HIPAA's identifiers
 * (45 CFR 164.514), and the default lists of Sentry, Rails and Datadog, cut to whole words. Sorted by class, then by word.
 */
export const sensitiveTerms: Readonly<Record<SensitiveClass, readonly string[]>> = {
  card: [
    'account number', 'bank account', 'card cvc', 'card cvv', 'card expiration', 'card expiry', 'card no', 'card number', 'card pan',
    'card pin', 'card security code', 'card track', 'cardnumber', 'cc num', 'cc number', 'credit card', 'creditcard', 'cvc', 'cvv',
    'debit card', 'expiry card', 'iban', 'magnetic stripe', 'payment card', 'primary account number', 'routing number',
  ],
  government: [
    'driver license', 'driver licence', 'drivers license', 'driving licence', 'id card number', 'identity card', 'license plate', 'national id',
    'national identification number', 'national insurance number', 'passport', 'passport id', 'passport no', 'passport number', 'personnummer',
    'social insurance number', 'social security', 'social security number', 'ssn', 'tax id', 'tax number', 'taxpayer id',
  ],
  health: [
    'allergies', 'blood group', 'blood type', 'diagnoses', 'diagnosis', 'disability', 'health condition', 'health insurance number', 'health record',
    'icd 10', 'icd code', 'insurance member id', 'lab result', 'medical condition', 'medical history', 'medical record', 'medical record number',
    'medication', 'medications', 'patient id', 'patient record', 'prescription', 'symptoms',
  ],
  personal: [
    'billing address', 'birth date', 'birthdate', 'birthday', 'birthplace', 'contact details', 'date of birth', 'delivery address', 'dob', 'e mail',
    'email', 'email address', 'email bcc', 'email bcc addresses', 'email cc', 'email cc addresses', 'email from', 'email recipient', 'email sender', 'email to', 'email to addresses', 'emails', 'ethnicity', 'family name', 'familyname',
    'first name', 'firstname', 'gender', 'given name', 'givenname', 'home address', 'last name', 'lastname', 'mail address', 'mail from', 'mail to',
    'mailing address', 'maiden name', 'middle name', 'mobile number', 'mobile phone', 'msisdn', 'mothers maiden name', 'phone', 'phone no', 'phone number',
    'phonenumber', 'phones', 'postal address', 'religion', 'sexual orientation', 'shipping address', 'street address', 'surname', 'telephone',
    'telephone number', 'user name', 'username', 'usernames',
  ],
  secret: [
    'access key', 'access keys', 'access token', 'access tokens', 'accesskey', 'accesstoken', 'api key', 'api keys', 'api secret',
    'api token', 'apikey', 'apikeys', 'apitoken', 'auth code', 'auth cookie', 'auth header', 'auth token', 'authorization', 'authorization code',
    'authorization header', 'authtoken', 'bearer', 'bearer token', 'client secret', 'clientsecret', 'connection string', 'connection uri',
    'connectionstring', 'cookie', 'cookies', 'credential', 'credentials', 'csrf', 'database uri', 'database url', 'encryption key', 'hmac key',
    'id token', 'jwt', 'jwts', 'license key', 'magic link', 'master key', 'mfa code', 'mongo uri', 'mongodb uri', 'one time code', 'one time password',
    'otp', 'otp code', 'pass phrase', 'passcode', 'passkey', 'passphrase', 'passwd', 'password', 'passwords', 'pin code', 'postgres url',
    'pre shared key', 'presigned url', 'private key', 'privatekey', 'proxy authorization', 'pwd', 'recovery code', 'recovery codes', 'redis url',
    'refresh token', 'refreshtoken', 'reset link', 'reset token', 'reset url', 'seed phrase', 'secret', 'secret key', 'secretkey', 'secrets',
    'security code', 'service account key', 'session cookie', 'session secret', 'session token', 'set cookie', 'shared key', 'signed url',
    'signing key', 'signing secret', 'ssh key', 'token', 'totp', 'two factor code', 'user pin', 'user token', 'verification code', 'webhook secret',
    'x api key', 'x auth token', 'xsrf',
  ],
}

/** Names that mean it only alone, or behind a person: `pin` is one, `user.pin` too, `map.pin` is none. */
export const wholeTerms: Readonly<Record<SensitiveClass, readonly string[]>> = {
  card: ['pan'],
  government: ['nino', 'sin', 'tin'],
  health: [],
  personal: ['full name', 'fullname', 'nickname', 'street'],
  secret: ['dsn', 'pin'],
}
