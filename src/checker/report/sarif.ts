import { type Origin, ruleDescriptions } from '@spanguard/policy'
import type { CheckFinding, CheckResult } from '../result.js'
import { ruleUrl } from '../rules.js'
import type { ReportOptions } from './index.js'
import { shownFindings, shownPath } from './paths.js'

/** SARIF 2.1.0. Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export function sarif(result: CheckResult, options: ReportOptions): string {
  const findings = shownFindings(result, options.quiet)
  const names = [...new Set([...Object.keys(ruleDescriptions), ...findings.map(finding => finding.rule)])].toSorted()
  return `${JSON.stringify({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{
      tool: {
        driver: {
          name: 'Spanguard',
          semanticVersion: options.version,
          informationUri: 'https://github.com/spanguard/spanguard',
          rules: names.map(name => ruleOf(name, options)),
        },
      },
      originalUriBaseIds: { PROJECTROOT: { description: { text: 'The folder that was checked.' } } },
      columnKind: 'utf16CodeUnits',
      invocations: [{
        executionSuccessful: result.problems.every(problem => problem.level !== 'config'),
        toolExecutionNotifications: result.problems.map(problem => ({
          level: problem.level === 'notice' ? 'note' : 'error',
          message: { text: problem.message },
          locations: [{ physicalLocation: { artifactLocation: artifact(problem.file, result.root), ...(problem.line === undefined ? {} : { region: { startLine: problem.line } }) } }],
        })),
      }],
      results: findings.map(finding => resultOf(finding, names.indexOf(finding.rule), result.root)),
    }],
  }, null, 2)}\n`
}

function ruleOf(name: string, { ruleHelp }: ReportOptions): unknown {
  const page = ruleHelp?.(name)
  const description = describe(name)
  return {
    id: `spanguard/${name}`,
    name,
    shortDescription: { text: description },
    helpUri: ruleUrl(name),
    help: { text: `${description} See ${ruleUrl(name)}`, markdown: page?.markdown ?? `${description} [Read more](${ruleUrl(name)})` },
  }
}

function describe(rule: string): string {
  return `${ruleDescriptions[rule] ?? rule}.`
}

function resultOf(finding: CheckFinding, ruleIndex: number, root: string): unknown {
  return {
    ruleId: `spanguard/${finding.rule}`,
    ruleIndex,
    level: finding.severity === 'error' ? 'error' : 'warning',
    message: { text: finding.message },
    locations: [{ physicalLocation: location(finding.file, finding.origin, root) }],
    partialFingerprints: { 'spanguard/v1': finding.fingerprint },
    ...(finding.service === null ? {} : { properties: { service: finding.service } }),
    ...(finding.steps.length === 0 ? {} : {
      codeFlows: [{ threadFlows: [{ locations: finding.steps.map(one => ({ location: { physicalLocation: location(one.file, one.origin, root), message: { text: one.text } } })) }] }],
    }),
  }
}

function location(file: string, { from, to }: Origin, root: string): unknown {
  return {
    artifactLocation: artifact(file, root),
    region: { startLine: from.line, startColumn: from.column + 1, endLine: to.line, endColumn: Math.max(to.column + 1, to.line === from.line ? from.column + 1 : 1) },
  }
}

function artifact(file: string, root: string): unknown {
  return { uri: shownPath(file, root).split('/').map(encodeURIComponent).join('/'), uriBaseId: 'PROJECTROOT' }
}
