/** Before `name` these decide that a person is meant. Words that machines go by too (client, owner, lead) are left out. */
export const personNouns: ReadonlySet<string> = new Set([
  'applicant', 'assignee', 'author', 'buyer', 'cardholder', 'contact', 'customer', 'donor', 'employee', 'guest', 'member', 'passenger',
  'patient', 'payee', 'payer', 'person', 'recipient', 'sender', 'signer', 'student', 'subscriber', 'user', 'visitor',
])
