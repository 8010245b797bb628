import { percent } from '../../findings/coverage.js'
import type { CheckFinding, CheckResult, HandlerResult, ServiceResult } from '../../result.js'
import { ruleUrl } from '../../rules.js'
import type { ReportOptions } from '../index.js'
import { counted, shownFindings, shownPath } from '../paths.js'
import { escape, frame, meter, ring, stepList } from './markup.js'
import { script } from './script.js'
import { style } from './style.js'

/**
 * One page that holds everything: coverage by service, findings with their ways, the map from handlers to spans. It loads
 * nothing, which its own content policy enforces, and can be read without its script.
 */
export function html(result: CheckResult, options: ReportOptions): string {
  const findings = shownFindings(result, options.quiet)
  const total = sum(result.services, service => service.total)
  const traced = sum(result.services, service => service.traced)
  const errors = findings.filter(finding => finding.severity === 'error').length
  const problems = result.problems.filter(problem => problem.level !== 'notice' || !options.quiet)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="color-scheme" content="light dark">
<title>Spanguard: ${escape(counted(findings.length, 'finding'))}, ${escape(shareText(traced, total))} traced</title>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#findings">Skip to the findings</a>
<header class="top">
  <div class="brand"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M3 6h11M7 12h14M10 18h7"/></svg><span>Spanguard</span></div>
  <label class="search"><span class="visually-hidden">Search findings and handlers</span>
    <input id="search" type="search" placeholder="Search rule, file, route, span…" autocomplete="off" spellcheck="false" aria-keyshortcuts="/" aria-describedby="matches"><kbd aria-hidden="true">/</kbd></label>
  <nav aria-label="Parts of the report"><a href="#services">Services</a><a href="#findings">Findings</a><a href="#map">Handlers</a></nav>
  <button id="theme" type="button" aria-label="Switch between light and dark"><svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="8.5"/><path d="M12 3.5a8.5 8.5 0 0 1 0 17z" class="half"/></svg></button>
</header>
<main>
<section class="hero" aria-label="Summary">
  ${ring(total === 0 ? 100 : (100 * traced) / total, total === 0 ? 'no handlers' : `${String(traced)} of ${String(total)}`)}
  <div class="headline">
    <h1>${headline(errors, findings.length - errors, problems.some(problem => problem.level !== 'notice'))}</h1>
    <p>${escape(total === 0 ? 'No service of the checked folder registers a handler.' : `${shareText(traced, total)} of the handlers are traced.`)} ${escape(counted(result.services.length, 'service'))}, ${escape(counted(result.files, 'file'))}.${result.leftToLint === 0 ? '' : ` ESLint reports ${escape(counted(result.leftToLint, 'more', 'more'))}.`}</p>
    <dl class="figures">
      <div class="${errors > 0 ? 'bad' : 'good'}"><dt>errors</dt><dd>${String(errors)}</dd></div>
      <div class="${findings.length > errors ? 'warn' : 'good'}"><dt>warnings</dt><dd>${String(findings.length - errors)}</dd></div>
      <div><dt>handlers</dt><dd>${String(total)}</dd></div>
      <div class="${total > traced ? 'warn' : 'good'}"><dt>untraced</dt><dd>${String(total - traced)}</dd></div>
    </dl>
  </div>
</section>
<p id="matches" class="matches" role="status" aria-live="polite"></p>
${problems.length === 0 ? '' : `<section class="problems" aria-label="What was not checked"><h2>${problems.some(problem => problem.level !== 'notice') ? 'Not checked' : 'Notes'}</h2><ul>${problems.map(problem => `<li class="${problem.level}"><span class="tag">${problem.level === 'notice' ? 'note' : problem.level === 'config' ? 'config' : 'not checked'}</span> ${escape(problem.message)}</li>`).join('')}</ul></section>`}
<section id="services" aria-labelledby="services-title">
<h2 id="services-title">Services</h2>
${result.services.length === 0 ? '<p class="empty">No service with handlers was found.</p>' : `<div class="cards">${result.services.map(card).join('')}</div>`}
</section>
<section id="findings" aria-labelledby="findings-title">
<h2 id="findings-title">Findings <span class="count">${String(findings.length)}</span></h2>
${findings.length === 0 ? '<p class="empty">Nothing found.</p>' : `<div class="filters" role="group" aria-label="Show findings of one rule">${ruleFilters(findings)}</div>`}
${[...byService(findings)].map(([service, group]) => `<div class="group"><h3>${escape(service === '' ? 'The whole program' : service)}</h3>${group.map(finding => findingMarkup(finding, result.root)).join('')}</div>`).join('')}
</section>
<section id="map" aria-labelledby="map-title">
<h2 id="map-title">From handlers to spans</h2>
<p class="hint">Each handler with what traces it and the spans that its work starts, over files.</p>
${result.services.map(service => mapOf(service, result.root)).join('')}
</section>
</main>
<footer>Written by Spanguard ${escape(options.version)}. <kbd>/</kbd> searches, <kbd>j</kbd> and <kbd>k</kbd> go through the findings, <kbd>Enter</kbd> opens one, <kbd>Esc</kbd> clears.</footer>
<script>${script}</script>
</body>
</html>
`
}

function headline(errors: number, warnings: number, isPartial: boolean): string {
  if (errors + warnings > 0) return escape(`${errors > 0 ? counted(errors, 'error') : ''}${errors > 0 && warnings > 0 ? ' and ' : ''}${warnings > 0 ? counted(warnings, 'warning') : ''} to look at`)
  return isPartial ? 'Nothing found in what could be checked' : 'Nothing found'
}

function card(service: ServiceResult): string {
  const share = percent(service)
  const by = service.tracedBy.length > 0 ? service.tracedBy.slice(0, 3).join(', ') : service.otherApm === null ? service.setup.length > 0 ? `${service.setup[0] ?? ''} is set up and traces none of them` : 'nothing sets up tracing' : `runs under ${service.otherApm}`
  const conditional = service.handlers.some(handler => handler.conditional) ? '<span class="tag warn">under a condition</span>' : ''
  return `<article class="card ${tone(share)}" data-search="${escape(service.name.toLowerCase())}"><h3><a href="#${escape(anchor(service))}">${escape(service.name)}</a></h3>
<p class="share"><strong>${share.toFixed(0)} %</strong> <span>${String(service.traced)} of ${counted(service.total, 'handler')}</span></p>${meter(share)}<p class="by">${escape(by)} ${conditional}</p></article>`
}

function ruleFilters(findings: readonly CheckFinding[]): string {
  const counts = new Map<string, number>()
  for (const finding of findings) counts.set(finding.rule, (counts.get(finding.rule) ?? 0) + 1)
  return [...counts].toSorted(([, a], [, b]) => b - a).map(([rule, count]) => `<button type="button" class="filter" aria-pressed="false" data-rule="${escape(rule)}">${escape(rule)} <span>${String(count)}</span></button>`).join('')
}

function findingMarkup(finding: CheckFinding, root: string): string {
  const place = `${shownPath(finding.file, root)}:${String(finding.origin.from.line)}`
  const words = [finding.rule, finding.message, place, finding.service ?? '', ...finding.steps.map(step => `${shownPath(step.file, root)} ${step.text}`)].join(' ').toLowerCase()
  return `<details class="finding ${finding.severity}" data-rule="${escape(finding.rule)}" data-search="${escape(words)}" id="f-${finding.fingerprint}">
<summary><span class="severity">${finding.severity === 'error' ? 'error' : 'warning'}</span><span class="what"><span class="message">${escape(finding.message)}</span><span class="where"><code>${escape(place)}</code><span class="rule">${escape(finding.rule)}</span></span></span></summary>
<div class="body">${frame(finding)}${finding.steps.length === 0 ? '' : `<h4>How it comes to this</h4>${stepList(finding.steps, root)}`}<p class="help"><a href="${escape(ruleUrl(finding.rule))}" rel="noreferrer">What ${escape(finding.rule)} asks for</a></p></div>
</details>`
}

function mapOf(service: ServiceResult, root: string): string {
  const rows = service.handlers.map(handler => handlerRow(handler, root)).join('')
  return `<div class="group" id="${escape(anchor(service))}"><h3>${escape(service.name)} <span class="count">${String(service.traced)}/${String(service.total)}</span></h3>
<div class="scroll"><table class="map"><thead><tr><th scope="col">Handler</th><th scope="col">Traced by</th><th scope="col">Spans of its work</th></tr></thead><tbody>${rows}</tbody></table></div></div>`
}

const statusText = { traced: 'traced', untraced: 'untraced', 'other-apm': 'other vendor', ignored: 'ignored' } as const

function handlerRow(handler: HandlerResult, root: string): string {
  const place = `${shownPath(handler.file, root)}:${String(handler.origin.from.line)}`
  const words = [handler.framework, handler.method ?? '', handler.route ?? '', place, handler.by, statusText[handler.status], ...handler.spans].join(' ').toLowerCase()
  const method = handler.method === null ? `<span class="method">${escape(handler.framework)}</span>` : `<span class="method ${escape(handler.method.toLowerCase().replace(/[^a-z]/gu, ''))}">${escape(handler.method)}</span>`
  const way = handler.steps.length === 0 ? '' : `<details class="way"><summary>${String(handler.steps.length)} ${handler.steps.length === 1 ? 'step' : 'steps'}</summary>${stepList(handler.steps, root)}</details>`
  return `<tr class="${handler.status}" data-search="${escape(words)}"><th scope="row"><span class="route">${method} <code>${escape(handler.route ?? '')}</code></span><code class="place">${escape(place)}</code></th>
<td><span class="status">${statusText[handler.status]}</span> <span class="by">${escape(handler.by)}${handler.conditional ? ', under a condition' : ''}</span>${way}</td>
<td>${handler.spans.length === 0 ? '<span class="none">no span of its own</span>' : `<ul class="spans">${handler.spans.map(span => `<li>${escape(span)}</li>`).join('')}</ul>`}</td></tr>`
}

function byService(findings: readonly CheckFinding[]): Map<string, CheckFinding[]> {
  const groups = new Map<string, CheckFinding[]>()
  for (const finding of findings) {
    const group = groups.get(finding.service ?? '')
    if (group) group.push(finding)
    else groups.set(finding.service ?? '', [finding])
  }
  return groups
}

function anchor(service: ServiceResult): string {
  return `service-${service.name.replace(/[^\w-]+/gu, '-')}`
}

function tone(share: number): string {
  return share === 100 ? 'good' : share === 0 ? 'bad' : 'warn'
}

function shareText(traced: number, total: number): string {
  return total === 0 ? '0 of 0' : `${((100 * traced) / total).toFixed(0)} %`
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}
