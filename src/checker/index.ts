import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Config, Policy } from '@spanguard/policy'
import { getPackage } from '../project/package-json.js'
import { inferHelpers } from './facts/inferred-helpers.js'
import { analyse, type AnalyseOptions, type Analysis } from './analyse.js'
import { touchedFindings } from './changed.js'
import type { HandlerVerdict } from './coverage.js'
import { explainLine, type Explanation } from './explain/index.js'
import { withTreeOf, type Changes } from '../project/git.js'
import { repositoryOf } from '../project/workspace.js'
import { coverageFindings } from './findings/coverage.js'
import { finishFindings } from './findings/finish.js'
import { lintDrafts, type Lint } from './findings/from-lint.js'
import { stalePolicyFindings } from './findings/stale-policy.js'
import type { HandlerSite } from './handlers/collect.js'
import { collectInventory, serviceFinder, spanFinderOf } from './inventory/collect.js'
import { diffInventories } from './inventory/diff.js'
import type { Inventory, InventoryDiff } from './inventory/result.js'
import { originOf } from './places.js'
import type { Problem } from './problem.js'
import type { CheckFinding, CheckResult, ServiceResult } from './result.js'
import type { Service } from './services.js'

export { UsageError, type Problem } from './problem.js'
export type { AnalyseOptions } from './analyse.js'
export type { AttributeEntry, EventEntry, HandlerEntry, Inventory, InventoryDiff, InventoryEntry, SpanEntry } from './inventory/result.js'
export type { Explained, Explanation } from './explain/index.js'
export type { CheckFinding, CheckResult, HandlerResult, ServiceResult } from './result.js'
export { changesAgainst, type Changes } from '../project/git.js'
export type { Step } from './places.js'
export type { Lint } from './findings/from-lint.js'

export interface InferredHelpers {
  /** The folder that the rows' modules are relative to, absolute. */
  readonly root: string
  readonly helpers: NonNullable<Config['helpers']>
  readonly problems: readonly Problem[]
}

export interface CheckOptions extends AnalyseOptions {
  /** Report also what ESLint reports in single files. */
  readonly allRules?: boolean
  /** The rules of single files, for `allRules`: what the checker does not judge itself is added from them. */
  readonly lint?: Lint
  /** The least share of handlers that must be traced in each service, in percent. */
  readonly minCoverage?: number
  /** Report only what these changes touch; everything is analysed all the same. */
  readonly changes?: Changes
}

/**
 * Checks a program as a whole: its handlers against what traces them, and the order in which it starts.
 * Touches neither process nor console.
 *
 * @throws UsageError when a path does not exist
 * @throws ConfigError when a spanguard.config file is not valid or cannot be loaded
 */
export async function check(options: CheckOptions): Promise<CheckResult> {
  return resultOf(await analyse(options), options)
}

/**
 * The helpers that a program has of its own, as rows of the config's `helpers`, sorted by module and export: what
 * starts, renames or annotates spans by what its callers give, and can be imported. Touches neither process nor console.
 *
 * @throws UsageError when a path does not exist
 * @throws ConfigError when a spanguard.config file is not valid or cannot be loaded
 */
export async function inferredHelpers(options: AnalyseOptions): Promise<InferredHelpers> {
  const { facts, problems, program, reader, root } = await analyse(options)
  return { root, helpers: inferHelpers(facts, program, reader, root), problems }
}

/**
 * Everything that a program writes into traces: spans, attributes, events and handlers, each with its place, its services and
 * what the policy calls it. Touches neither process nor console.
 *
 * @throws UsageError when a path does not exist
 * @throws ConfigError when a spanguard.config file is not valid or cannot be loaded
 */
export async function inventory(options: AnalyseOptions): Promise<Inventory> {
  return collectInventory(await analyse(options))
}

/**
 * What the working tree adds to telemetry, and takes from it, against the commit at which it left `ref`. The files of that
 * commit are read from a temporary folder.
 *
 * @throws UsageError also when there is no such commit, or no repository
 */
export async function inventoryDiff(options: AnalyseOptions & { readonly ref: string }): Promise<InventoryDiff> {
  const { cwd, ref } = options
  const paths = options.paths === undefined || options.paths.length === 0 ? ['.'] : options.paths
  const after = await inventory(options)
  const before = await withTreeOf(cwd, ref, async (folder): Promise<Inventory> => {
    const there = paths.map(given => path.relative(cwd, path.resolve(cwd, given)) || '.').filter(given => existsSync(path.join(folder, given)))
    if (there.length === 0) return { root: folder, entries: [], problems: [] }
    return inventory({ ...options, cwd: folder, paths: there })
  })
  return diffInventories(before, after, ref)
}

/**
 * How receiver, value and verdict were reached for what stands on a line. Touches neither process nor console.
 *
 * @throws UsageError when there is no such file or line
 * @throws ConfigError when a spanguard.config file is not valid or cannot be loaded
 */
export async function explain(options: AnalyseOptions & { readonly file: string; readonly line: number; readonly lint?: Lint }): Promise<Explanation> {
  return explainLine({ ...options, findingsOf: analysis => resultOf(analysis, { ...options, allRules: true }).findings })
}

function resultOf(analysis: Analysis, options: CheckOptions): CheckResult {
  const { root, services, verdicts, setupNames, configOf } = analysis
  const repository = repositoryOf(root)
  const files = analysis.inScope.filter(file => analysis.own(path.dirname(file.path)))
  const drafts = options.allRules === true && options.lint ? [...analysis.drafts, ...lintDrafts(options.lint, files, analysis.drafts, verdicts, configOf)] : analysis.drafts
  const { findings, leftToLint } = finishFindings(drafts, { program: analysis.program, files, repository, configOf, allRules: options.allRules === true })
  const spansOf = spanFinderOf(analysis)
  const results = services.map(service => serviceResult(service, verdicts.filter(verdict => verdict.service === service), setupNames.get(service) ?? [], spansOf)).filter(service => service.handlers.length > 0)
  const all = [...findings, ...stalePolicyFindings(policyFolders(analysis), analysis), ...(options.minCoverage === undefined ? [] : coverageFindings(results, options.minCoverage, repository, configOf))]
  return {
    root,
    files: files.length,
    ...(options.changes === undefined ? {} : { against: options.changes.against }),
    services: results,
    findings: withServices(options.changes === undefined ? all : touchedFindings(all, analysis, options.changes), analysis),
    leftToLint,
    problems: [...analysis.problems, ...otherApmNotices(results)],
  }
}

/** Where `spanguard build-policy` writes: the folders of the packages that are checked. */
function policyFolders({ root, own, services, inScope }: Analysis): string[] {
  return [...services.map(service => service.dir), ...[root, ...inScope.flatMap(file => getPackage(file.path)?.dir ?? [])].filter(own)]
}

/** What is wrong in a line of code belongs to the service that runs it, where only one does. */
function withServices(findings: readonly CheckFinding[], analysis: Analysis): CheckFinding[] {
  const servicesOf = serviceFinder(analysis)
  return findings.map(finding => {
    const [only, ...others] = finding.service === null ? servicesOf(finding.file) : []
    return only === undefined || others.length > 0 ? finding : { ...finding, service: only }
  })
}

/** A service under another vendor's tracing is no finding: whether that is wanted is for the config to say. */
function otherApmNotices(services: readonly ServiceResult[]): Problem[] {
  return services.flatMap(service => (service.otherApm === null ? [] : [{
    level: 'notice' as const,
    file: service.dir,
    message: `Service "${service.name}" runs under ${service.otherApm}, not OpenTelemetry: name it in "setup.accept" of spanguard.config.json when that is wanted.`,
  }]))
}

function serviceResult(service: Service, verdicts: readonly HandlerVerdict[], setup: readonly string[], spansOf: (site: HandlerSite) => readonly string[]): ServiceResult {
  const counted = verdicts.filter(verdict => verdict.status !== 'ignored')
  const traced = counted.filter(verdict => verdict.status === 'traced')
  return {
    name: service.name,
    dir: service.dir,
    entries: service.entries.map(entry => ({ file: entry.file, starts: entry.starts.map(start => ({ text: start.place.text, file: start.place.file, line: start.place.line })) })),
    handlers: verdicts.map(verdict => ({
      framework: verdict.site.descriptor.name,
      method: verdict.site.method,
      route: verdict.route,
      file: verdict.site.file,
      origin: originOf(verdict.site.node),
      status: verdict.status,
      by: verdict.by,
      conditional: verdict.conditional,
      steps: verdict.steps,
      spans: spansOf(verdict.site),
    })),
    total: counted.length,
    traced: traced.length,
    tracedBy: [...new Set(traced.map(verdict => verdict.by))],
    setup,
    otherApm: counted.find(verdict => verdict.status === 'other-apm')?.by ?? null,
  }
}

export type { Config, Policy }
