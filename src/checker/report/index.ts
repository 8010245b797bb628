import type { CheckResult } from '../result.js'
import { github } from './github.js'
import { gitlab } from './gitlab.js'
import { html } from './html/index.js'
import { json } from './json.js'
import { junit } from './junit.js'
import { markdown } from './markdown.js'
import { pretty } from './pretty.js'
import { sarif } from './sarif.js'

/** What a report may need beyond the result. Reports read no file and write none: result in, text out. */
export interface ReportOptions {
  /** Colours and other terminal sequences. */
  readonly color: boolean
  /** Leave out warnings, notices and what is fine. */
  readonly quiet: boolean
  /** Spanguard's version. */
  readonly version: string
  /** What a rule's page says, for formats that carry help; null for a rule without one. */
  readonly ruleHelp?: (rule: string) => { readonly description: string; readonly markdown: string } | null
}

export type Reporter = (result: CheckResult, options: ReportOptions) => string

/** The formats of `--format`, sorted. */
export const reporters: Readonly<Record<string, Reporter>> = { github, gitlab, html, json, junit, markdown, pretty, sarif }
