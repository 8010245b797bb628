import type { Finding } from '../finding.js'
import { splitName } from '../names.js'
import { contentWords, debuggingWords, hidingWords, recordingNouns, recordingVerbs, switchHolders, traceWords } from '../words/switches.js'

/** One thing that a condition around a write tests: the names that lead to it, and whether it is true where the write stands. */
export interface TestedName {
  readonly path: readonly string[]
  readonly holds: boolean
}

/**
 * Does a condition say that somebody switched the recording of content on (`config.recordInputs`, `this.shouldSendPrompts()`,
 * `!telemetry.hideOutputs`, `process.env.TRACE_CONTENT`, `debug`)? What is written below it nobody wrote by accident.
 */
export function isRecordingSwitch({ path, holds }: TestedName): boolean {
  const names = path.filter((name) => name !== '[]' && name !== 'this')
  const last = splitName(names.at(-1) ?? '')
  const before = splitName(names.at(-2) ?? '')
  if (last.some((word) => debuggingWords.has(word)) && holds) return true
  // `telemetry.capture.body`: the holder says that it is a switch.
  const isHeld = before.some((word) => switchHolders.has(word))
  const words = isState(last) ? [...before, ...last] : last
  const hides = words.some((word) => hidingWords.has(word))
  if (!namesContent(words, isHeld || hides)) return false
  return hides ? !holds : holds
}

/** `content.enabled` says no more than its owner does. */
function isState(words: readonly string[]): boolean {
  return words.every((word) => recordingNouns.has(word) || word === 'is')
}

/** A verb of recording and what is recorded, in this order or the other; the one alone where something else says that it is a switch. */
function namesContent(words: readonly string[], isSwitch: boolean): boolean {
  return words.some((word, index) => {
    if (!contentWords.has(word)) return false
    if (words.slice(0, index).some((verb) => recordingVerbs.has(verb))) return true
    if (words.slice(index + 1).some((noun) => recordingNouns.has(noun))) return true
    return isSwitch && words.filter((each) => !traceWords.has(each)).length <= 2
  })
}

/**
 * Is it what a library records for those who install it: things that were sent and answered, as a whole? Of a library that is
 * published to trace, that is the purpose, and stands in its documentation.
 */
function isRecordedContent({ messageId, rule }: Pick<Finding, 'messageId' | 'rule'>): boolean {
  return rule === 'no-unbounded-data' && (messageId === 'payload' || messageId === 'bag' || messageId === 'array')
}

/**
 * Is it what a library that is published to trace does on purpose: it records what was sent and answered, and names spans after the
 * functions and classes of those who install it, which have no other name?
 */
export function isLibraryPurpose({ messageId, rule }: Pick<Finding, 'messageId' | 'rule'>): boolean {
  return isRecordedContent({ messageId, rule }) || (rule === 'span-name-present' && messageId === 'compilerName')
}

/** Can a switch ask for what a finding reports? A secret is one with whatever it was switched on. */
export function isSwitchable({ messageId, rule }: Pick<Finding, 'messageId' | 'rule'>): boolean {
  return isRecordedContent({ messageId, rule }) || (rule === 'no-unbounded-data' && (messageId === 'url' || messageId === 'sql'))
}
