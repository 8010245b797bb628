import path from 'node:path'

import { type Policy, splitName } from '@spanguard/policy'
import picomatch from 'picomatch'

import { frameworks } from '../frameworks/index.js'
import { getPackage } from './package-json.js'

/**
 * Code that runs elsewhere than in a service: the browser, a phone, a load generator, a component gallery. Matched against
 * import declarations and directives as they are written, since the parser's tree is not there yet when a rule decides
 * whether to look at all.
 */
const ELSEWHERE_MODULES = `(?:k6(?:\\/[^'"]*)?|react-native(?:\\/[^'"]*)?|expo(?:-[^'"]*)?|react-dom(?:\\/client)?|@storybook\\/[^'"]*)['"]`
const ELSEWHERE = new RegExp(`^\\s*['"]use client['"]|(?:from|require\\(|import\\()\\s*['"]${ELSEWHERE_MODULES}`, 'm')

const WEB_PACKAGES =
  '@(?:grafana\\/faro-(?:react|web-sdk|web-tracing)|honeycombio\\/opentelemetry-web|opentelemetry\\/(?:auto-instrumentations-web|context-zone(?:-peer-dep)?|instrumentation-(?:document-load|long-task|user-interaction|xml-http-request)|sdk-trace-web|web|web-common))'

/** Packages that trace in a browser, where there is no SIGTERM, no start order and no environment. */
export const WEB_SDK = new RegExp(`['"]${WEB_PACKAGES}['"]`)
const WEB_PACKAGE = new RegExp(`^${WEB_PACKAGES}$`)

/** What a package that depends on it runs on a server, beside its pages or without any. */
const SERVER_PACKAGE = /^@opentelemetry\/(?:auto-instrumentations-node|context-async-hooks|instrumentation-(?:express|fastify|http|koa|undici)|node|resource-detector-\w+|sdk-node|sdk-trace-node)$/

/** What renders pages, and what builds them for a browser. */
const PAGE_RENDERER = /^(?:@angular\/core|preact|react-dom|solid-js|svelte|vue)$/
const PAGE_BUILDER = /^(?:@angular\/cli|@vitejs\/plugin-\w[\w-]*|@vue\/cli-service|react-scripts|vite)$/
/** A program of Node beside the pages of its package. */
const NODE_MODULE = /(?:from|require\(|import)\s*['"](?:node:|(?:https?|http2|net)['"])/
/** Words in the name of a package that answers requests, or renders pages on a server. */
const serverWords: ReadonlySet<string> = new Set(['api', 'astro', 'elysia', 'electron', 'gatsby', 'h3', 'hapi', 'kit', 'lambda', 'next', 'nitro', 'node', 'nuxt', 'remix', 'restify', 'rsc', 'serve', 'server', 'serverless', 'ssr', 'start', 'vike', 'vinxi', 'waku'])

/** Test runners: what imports one is a test or a tool of tests, wherever it stands and whatever it is called. */
const RUNNER_MODULES = `(?:@jest\\/globals|@playwright\\/test(?:\\/[^'"]*)?|ava|bun:test|cypress|node:test|uvu|vitest(?:\\/[^'"]*)?)['"]`
const RUNNER = new RegExp(`^\\s*import\\b[^'"]*['"]${RUNNER_MODULES}|require\\(\\s*['"](?:@jest\\/globals|@playwright\\/test|node:test)['"]\\s*\\)`, 'm')

/** Suites of Mocha, Jest and the like, whose words are there without an import. */
const SUITE = /^\s*describe(?:\.\w+)?\(\s*['"`]/m
const CASE = /^\s*(?:it|test)(?:\.\w+)?\(\s*['"`]/m

const REACT = /(?:from|require\()\s*['"]react['"]/

/**
 * What only a page has. Neither half is enough: a span processor for the browser writes attributes as any other does, and
 * a service that drives a browser names `document` in the functions that it sends there.
 */
const PAGE = /\b(?:(?:window|document)\.[a-z]|XMLHttpRequest\b|PerformanceResourceTiming\b|new\s+(?:\w+\.)?WebTracerProvider\b)/

/** What a component does where it is shown, and nowhere else. */
const CLIENT_HOOK = /\buse(?:Effect|LayoutEffect|Reducer|State)\(/

/** Code that builds the page it runs in. What drives a browser, or imitates one, or is a program of Node, says so. */
const BUILDS_PAGE = /\bdocument\.(?:addEventListener|body|createElement|getElementById|querySelector)\b/
const DRIVES_PAGE = /\b(?:cheerio|happy-dom|jsdom|linkedom|playwright|puppeteer|selenium|webdriver)|\.evaluate\(|\bprocess\.(?:argv|env|exit|on)\b|['"](?:node:|express['"]|fastify['"]|koa['"])/

/** Without one of these nothing of the above holds: two looks for most files, instead of eight. */
const HEAD_HINT = new RegExp(`['"](?:use client['"]|react['"]|${ELSEWHERE_MODULES}|${RUNNER_MODULES}|${WEB_PACKAGES}['"])`)
const TEXT_HINT = /describe|document\./

/** How much of a file is looked at for imports, in characters: they stand at its top. */
const HEAD = 4_000

/** What a compiler or bundler writes at the end of its output: the source is what people read and mend. */
const SOURCE_MAP = '//# sourceMappingURL='
/** Room for the comment and the name of the map, in characters. */
const TAIL = 300

const serverModules: ReadonlySet<string> = new Set(frameworks.flatMap(({ modules }) => modules))

type Matcher = (file: string) => boolean
const matchers = new WeakMap<Policy, Matcher>()

/**
 * Does the policy (`files.tests`, `files.ignore`), or the file itself, say that tracing rules have nothing to say here?
 *
 * @param file absolute path
 * @param folder what the policy's patterns are relative to: the folder of the config, of the run or of the repository.
 *   What stands above it says nothing of the file: a checkout below a folder called `test` is no test.
 */
export function isOutOfScope(file: string, text: string, policy: Policy, folder: string): boolean {
  return whyOutOfScope(file, text, policy, folder) !== null
}

/**
 * The same with its reason: `files` is a pattern of the policy, the others are what the file itself says.
 *
 * @returns null for a file that the rules look at
 */
export function whyOutOfScope(file: string, text: string, policy: Policy, folder: string): 'files' | 'built' | 'elsewhere' | 'test-runner' | 'page' | 'react-native' | null {
  let matches = matchers.get(policy)
  if (matches === undefined) {
    matches = compile([...policy.files.tests, ...policy.files.ignore])
    matchers.set(policy, matches)
  }
  const relative = path.relative(folder, file)
  // A file outside of the folder is matched from its package on, the nearest root that it has.
  const isInside = !relative.startsWith('..') && !path.isAbsolute(relative)
  const name = isInside ? relative : path.relative(getPackage(file)?.dir ?? path.dirname(file), file)
  if (matches(name.split(path.sep).join('/'))) return 'files'
  if (text.slice(-TAIL).includes(SOURCE_MAP)) return 'built'
  const byText = whyElsewhere(text)
  if (byText !== null) return byText
  const dependencies = getPackage(file)?.dependencies ?? none
  if (dependencies.has('react-native')) return 'react-native'
  return isWebPackage(dependencies) && !NODE_MODULE.test(text.slice(0, HEAD)) ? 'page' : null
}

/** What the text of a file says of where it runs. */
function whyElsewhere(text: string): 'elsewhere' | 'test-runner' | 'page' | null {
  const head = text.slice(0, HEAD)
  const isHeadHinting = HEAD_HINT.test(head)
  if (!isHeadHinting && !TEXT_HINT.test(text)) return null
  if (ELSEWHERE.test(head)) return 'elsewhere'
  if (RUNNER.test(head) || (SUITE.test(text) && CASE.test(text))) return 'test-runner'
  const isPage = (BUILDS_PAGE.test(text) && !DRIVES_PAGE.test(text)) || (isHeadHinting && isShownOnPage(head, text))
  return isPage ? 'page' : null
}

function isShownOnPage(head: string, text: string): boolean {
  const isReact = REACT.test(head)
  return (isReact && CLIENT_HOOK.test(text)) || ((isReact || WEB_SDK.test(head)) && PAGE.test(text))
}

const none: ReadonlySet<string> = new Set()
const webPackages = new WeakMap<ReadonlySet<string>, boolean>()

/** Is a package made for pages: it traces them, or builds them, and has neither a tracer nor a framework of a server? Asked by every file of it. */
function isWebPackage(dependencies: ReadonlySet<string>): boolean {
  const known = webPackages.get(dependencies)
  if (known !== undefined) return known
  const all = [...dependencies]
  const isPage = all.some((name) => WEB_PACKAGE.test(name)) || (all.some((name) => PAGE_RENDERER.test(name)) && all.some((name) => PAGE_BUILDER.test(name)) && !all.some(saysServer))
  const answer = isPage && !all.some((name) => SERVER_PACKAGE.test(name) || serverModules.has(name))
  webPackages.set(dependencies, answer)
  return answer
}

function saysServer(name: string): boolean {
  return !name.startsWith('@types/') && !name.startsWith('@opentelemetry/') && splitName(name.replace(/[@/]/g, '.')).some((word) => serverWords.has(word))
}

/** Patterns without a leading `**` match in any folder: `scripts/*.ts` is what people write for every package's scripts. */
function compile(patterns: readonly string[]): Matcher {
  if (patterns.length === 0) return () => false
  return picomatch(
    patterns.map((pattern) => (/^(?:\*\*|\/)/.test(pattern) ? pattern : `**/${pattern.replace(/^\.\//, '')}`)),
    { dot: true },
  )
}
