/** Before `name` and `id` these decide that a person is meant. */
export const personNouns: ReadonlySet<string> = new Set([
  'applicant', 'assignee', 'author', 'buyer', 'cardholder', 'client', 'contact', 'customer', 'donor', 'employee', 'guest', 'holder',
  'human', 'lead', 'member', 'owner', 'passenger', 'patient', 'payee', 'payer', 'person', 'profile', 'recipient', 'sender', 'signer',
  'student', 'subscriber', 'user', 'visitor',
])
