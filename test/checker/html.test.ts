import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { check, type CheckResult } from '../../src/checker/index.js'
import { reporters } from '../../src/checker/report/index.js'
import { contrasts } from './contrasts.js'
import { services } from './fixtures.js'

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const hasChromium = existsSync(executablePath)
if (!hasChromium) process.stderr.write(`SKIPPED: tests of the HTML report in a browser, since ${executablePath} is not there. To run them: apt-get install chromium, or set CHROMIUM.\n`)
const switches = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

const options = { color: false, quiet: false, version: '1.2.3' }
const shop = path.resolve(import.meta.dirname, '../../examples/shop')
const report = (result: CheckResult): string => reporters['html']?.(result, options) ?? ''
const before = await check({ cwd: path.join(shop, 'before'), allRules: true })
const after = await check({ cwd: path.join(shop, 'after'), allRules: true })
const workspace = await check({ cwd: services, paths: ['workspace'], allRules: true })

describe('the page', () => {
  it('names no address that a browser would load', () => {
    const page = report(before)
    expect(page).toContain("default-src 'none'")
    expect(page).not.toMatch(/<(?:link|img|iframe|object|embed|source|video|audio)\b|\ssrc=|@import|url\(/iu)
  })

  it('escapes what the program says: a message, a route and a line of code that look like markup', () => {
    const [finding] = workspace.findings
    const [service] = workspace.services
    const [handler] = service?.handlers ?? []
    if (!finding || !service || !handler) throw new Error('the fixture has findings and handlers')
    const evil = `</script><img src=x onerror=alert(1)>"'&`
    const page = report({ ...workspace, findings: [{ ...finding, message: evil, service: evil, excerpt: { firstLine: 1, lines: [evil] } }], services: [{ ...service, name: evil, handlers: [{ ...handler, route: evil, by: evil, spans: [evil] }] }] })
    expect(page).not.toContain('<img')
    expect(page.match(/<\/script>/gu)).toHaveLength(1)
    expect(page).toContain('&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;')
  })

  it('says it when there is nothing: no findings, no services, and a file that was not checked', () => {
    const empty = report({ ...workspace, findings: [], services: [] })
    expect(empty).toContain('Nothing found.')
    expect(empty).toContain('No service with handlers was found.')
    const partial = report({ ...workspace, findings: [], problems: [{ level: 'unchecked', file: '/x', message: 'x does not parse' }] })
    expect(partial).toContain('Nothing found in what could be checked')
  })
})

describe.runIf(hasChromium)('in Chromium', () => {
  let browser: Browser
  let dir = ''
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: switches })
    dir = mkdtempSync(path.join(os.tmpdir(), 'spanguard-html-'))
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    rmSync(dir, { recursive: true })
  })

  /** Opens a report; `asked` are the addresses that the page asked for, `errors` what its script and policy said. */
  async function open(result: CheckResult, colorScheme: 'light' | 'dark' = 'light') {
    const file = path.join(dir, `${String(Math.random()).slice(2)}.html`)
    writeFileSync(file, report(result))
    const page = await browser.newPage({ colorScheme, viewport: { width: 1280, height: 900 } })
    const asked: string[] = []
    const errors: string[] = []
    page.on('request', request => asked.push(request.url()))
    page.on('pageerror', error => errors.push(error.message))
    page.on('console', message => (message.type() === 'error' ? errors.push(message.text()) : undefined))
    await page.goto(`file://${file}`)
    return { page, asked, errors, file }
  }
  const shown = (page: Page, selector: string): Promise<number> => page.locator(`${selector}:visible`).count()

  it('asks for nothing but itself, and its script and style run', async () => {
    const { page, asked, errors, file } = await open(before)
    expect(await shown(page, '.finding')).toBe(before.findings.length)
    expect([asked, errors]).toEqual([[`file://${file}`], []])
    expect(await page.evaluate<unknown>(`getComputedStyle(document.querySelector('.top')).position`)).toBe('sticky')
  })

  it('shows coverage per service and the spans of each handler', async () => {
    const { page } = await open(after)
    expect(await page.locator('.card h3').allTextContents()).toEqual(after.services.map(service => service.name))
    expect(await page.locator('.card .share strong').allTextContents()).toEqual(after.services.map(() => '100 %'))
    const row = page.locator('.map tr', { hasText: 'POST' }).filter({ hasText: '/checkout' })
    expect(await row.locator('.spans li').allTextContents()).toEqual(['checkout.submit'])
    expect(await row.locator('.status').textContent()).toBe('traced')
  })

  it('searches findings and handlers as one types, and says how many fit', async () => {
    const { page } = await open(before)
    const all = await shown(page, '.finding')
    await page.keyboard.press('/')
    await page.keyboard.type('card')
    const fitting = await shown(page, '.finding')
    expect(fitting).toBeGreaterThan(0)
    expect(fitting).toBeLessThan(all)
    expect(await page.locator('#matches').textContent()).toMatch(/^\d+ entr(?:y fits|ies fit)\.$/u)
    await page.locator('#search').fill('no such thing anywhere')
    expect([await shown(page, '.finding'), await shown(page, '.map tbody tr'), await page.locator('#matches').textContent()]).toEqual([0, 0, 'Nothing fits.'])
    await page.keyboard.press('Escape')
    expect(await shown(page, '.finding')).toBe(all)
  })

  it('filters by rule and takes the filter back', async () => {
    const { page } = await open(before)
    const filter = page.locator('.filter').first()
    const rule = await filter.getAttribute('data-rule')
    await filter.click()
    expect(await shown(page, '.finding')).toBe(before.findings.filter(finding => finding.rule === rule).length)
    expect(await filter.getAttribute('aria-pressed')).toBe('true')
    await filter.click()
    expect(await shown(page, '.finding')).toBe(before.findings.length)
  })

  it('is read by keyboard alone: skip link, j and k, Enter, the code frame', async () => {
    const { page } = await open(workspace)
    await page.keyboard.press('Tab')
    expect(await page.evaluate<unknown>(`document.activeElement?.textContent`)).toBe('Skip to the findings')
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    const first = page.locator('.finding').first()
    expect(await first.getAttribute('open')).toBe('')
    expect(await first.locator('.steps li').first().isVisible()).toBe(true)
    await page.keyboard.press('Tab')
    expect(await page.evaluate<unknown>(`document.activeElement?.className`)).toBe('frame')
    await page.keyboard.press('j')
    await page.keyboard.press('k')
    expect(await page.evaluate<unknown>(`document.activeElement?.closest('.finding')?.id`)).toBe(await first.getAttribute('id'))
  })

  it.each(['light', 'dark'] as const)('has a %s theme whose text can be read', async scheme => {
    const { page } = await open(before, scheme)
    await page.locator('.finding > summary').first().click()
    const low = await page.evaluate<string[]>(contrasts)
    expect(low).toEqual([])
    const ground = await page.evaluate<unknown>('getComputedStyle(document.body).backgroundColor')
    await page.locator('#theme').click()
    expect(await page.evaluate<unknown>(`getComputedStyle(document.body).backgroundColor`)).not.toBe(ground)
    expect(await page.evaluate<string[]>(contrasts)).toEqual([])
  })

  it('fits a phone: nothing but tables and code scrolls sideways', async () => {
    const { page } = await open(before)
    await page.setViewportSize({ width: 360, height: 740 })
    expect(await page.evaluate<unknown>(`document.documentElement.scrollWidth`)).toBeLessThanOrEqual(360)
  })

  it('opens the finding that the address names', async () => {
    const { page, file } = await open(before)
    const id = await page.locator('.finding').nth(1).getAttribute('id')
    await page.goto(`file://${file}#${id ?? ''}`)
    expect(await page.locator(`#${id ?? ''}`).getAttribute('open')).toBe('')
  })

  it('can be read without its script', async () => {
    const file = path.join(dir, 'plain.html')
    writeFileSync(file, report(before))
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(`file://${file}`)
    await page.locator('.finding > summary').first().click()
    expect(await page.locator('.finding .frame').first().isVisible()).toBe(true)
    await context.close()
  })
})
