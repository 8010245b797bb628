/**
 * Before `name` these decide that a person is meant. Words that software has its own use for are left out: a client, a
 * member, an owner, a subscriber, a profile, a guest. Sorted.
 */
export const personNouns: ReadonlySet<string> = new Set([
  'applicant', 'assignee', 'attendee', 'author', 'beneficiary', 'buyer', 'candidate', 'cardholder', 'colleague', 'contact', 'customer', 'donor', 'employee',
  'enduser', 'holder', 'human', 'inviter', 'invitee', 'nurse', 'passenger', 'patient', 'payee', 'payer', 'person', 'physician', 'recipient', 'sender', 'shopper',
  'signer', 'student', 'teacher', 'user', 'visitor',
])

/** What behind the noun is a person's: their names (`user.displayName`), and the address that tells where they are (`visitor.ip`). */
export const personalNames: ReadonlySet<string> = new Set(['display name', 'full name', 'ip', 'ip address', 'legal name', 'login name', 'name', 'real name', 'screen name'])

/** What may stand between the noun and the name: `user.profile.name`. */
export const personParts: ReadonlySet<string> = new Set(['account', 'attributes', 'data', 'details', 'identity', 'info', 'metadata', 'profile', 'record', 'traits'])
