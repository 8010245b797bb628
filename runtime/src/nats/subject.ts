import type { Destination } from '../messaging/attributes.js'

/**
 * Where a message goes, in words that are not other ones for each message: tokens that may be ids (anything but a word)
 * become `*`. Inboxes are made up for one request.
 */
export function subjectOf(subject: string): Destination {
  if (subject.startsWith('_INBOX.')) return { name: subject, anonymous: true, template: '_INBOX' }
  let destination = known.get(subject)
  if (destination === undefined) {
    const store = /^(\$(?:KV|O)\.[^.]+)\./.exec(subject)?.[1]
    if (store !== undefined) return { name: subject, template: `${store}.>` }
    const template = subject
      .split('.')
      .map(token => (word.test(token) ? token : '*'))
      .join('.')
    destination = template === subject ? { name: subject } : { name: subject, template }
    if (known.size >= maxKnown) known.clear()
    known.set(subject, destination)
  }
  return destination
}

/** What is subscribed to: a pattern is a template. */
export function patternOf(subject: string): Destination {
  return /[*>]/.test(subject) ? { name: subject, template: subject } : subjectOf(subject)
}

/** Subjects by which clients talk with the server itself, and inboxes: no message of the application. */
export function isInternal(subject: string): boolean {
  return /^(?:_INBOX|\$JS|\$SYS|\$SRV)\./.test(subject)
}

const word = /^\$?[A-Za-z][A-Za-z_-]{0,39}$/
const maxKnown = 1000
const known = new Map<string, Destination>()
