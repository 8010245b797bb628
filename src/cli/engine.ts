import { setFlagsFromString } from 'node:v8'

/** What V8 is told, and the words in a setting that somebody has made of their own, which wins. */
interface Setting {
  readonly flag: string
  readonly givenBy: RegExp
}

/**
 * The young objects' space stays as small as it is when the process starts. Nearly all that a check makes (syntax trees, symbols,
 * types) lives as long as the check does, so that a larger space is passed through and not used: it would be some tens of
 * megabytes at the peak for no time saved.
 */
const smallYoungSpace: Setting = { flag: '--semi-space-growth-factor=1', givenBy: /semi-space/u }

/**
 * Functions are compiled without optimization when they first run, which is quick, and optimized later than is usual for a
 * process that lives for hours. A check runs all of a compiler once: a third of its CPU time would go into the optimization of
 * functions that have done most of their work when it is ready.
 */
const quickCode: Setting = { flag: '--always-sparkplug', givenBy: /sparkplug|jitless/u }

/** The same by the versions of Node whose V8 knows the setting; an unknown one would be a line on the standard error. */
const settings: Readonly<Record<string, readonly Setting[]>> = {
  20: [smallYoungSpace, quickCode, { flag: '--interrupt-budget=600000', givenBy: /interrupt-budget|jitless/u }],
  22: [smallYoungSpace, quickCode, { flag: '--invocation-count-for-turbofan=20000', givenBy: /invocation-count|jitless/u }],
  24: [smallYoungSpace, quickCode, { flag: '--invocation-count-for-turbofan=20000', givenBy: /invocation-count|jitless/u }],
}

/** Has V8 suit a process that does one thing with much memory and then ends; called before the compiler is loaded. */
export function suitOneRun(): void {
  const given = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ').replaceAll('_', '-')
  const [major = ''] = process.versions.node.split('.')
  for (const { flag, givenBy } of settings[major] ?? [smallYoungSpace]) if (!givenBy.test(given)) setFlagsFromString(flag)
}
