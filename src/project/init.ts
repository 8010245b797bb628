import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { packageIn, type Package } from './package-json.js'

/** What `spanguard init` would write into a project. Nothing that exists is changed. */
export interface InitPlan {
  /** New files, with absolute paths. */
  readonly files: readonly { readonly path: string; readonly text: string }[]
  /** Files that are there already and are left as they are. */
  readonly kept: readonly string[]
  /** What is left to do by hand, one sentence each. */
  readonly next: readonly string[]
}

/**
 * Plans the files that a project needs: the config, an ESLint config, the module that sets up tracing and a CI workflow.
 *
 * @param dir absolute path of the project's folder
 * @returns `null` when the folder holds no package.json
 */
export function planInit(dir: string): InitPlan | null {
  const pkg = packageIn(dir)
  if (!pkg) return null
  const isTypeScript = pkg.dependencies.has('typescript') || existsSync(path.join(dir, 'tsconfig.json'))
  const wanted = [
    ['spanguard.config.json', configText()],
    [pkg.type === 'module' ? 'eslint.config.js' : 'eslint.config.mjs', eslintText(isTypeScript)],
    [tracingFile(dir, isTypeScript, pkg), tracingText(isTypeScript || pkg.type === 'module', pkg)],
    ['.github/workflows/spanguard.yml', workflowText(dir)],
  ] as const
  const files: { path: string; text: string }[] = []
  const kept: string[] = []
  const next: string[] = []
  for (const [name, text] of wanted) {
    const present = presentFile(dir, name)
    if (present === null) files.push({ path: path.join(dir, name), text })
    else kept.push(present)
  }
  const eslintConfig = kept.find(file => path.basename(file).startsWith('eslint.config.'))
  if (eslintConfig !== undefined && !readFileSync(eslintConfig, 'utf8').includes('eslint-plugin-spanguard')) next.push('Add spanguard.configs.recommended of eslint-plugin-spanguard to your eslint.config.')
  const missing = [
    ...(pkg.dependencies.has('@spanguard/runtime') ? [] : ['npm install @spanguard/runtime']),
    ...developmentPackages(pkg, isTypeScript),
  ]
  next.push(...missing.map(command => `Run ${command}.`), 'Start the service with node --import @spanguard/runtime/register, or import the tracing module before everything else.', 'Run npx eslint . --fix, then npx spanguard check.')
  return { files, kept, next }
}

function developmentPackages(pkg: Package, isTypeScript: boolean): string[] {
  const names = ['eslint', 'eslint-plugin-spanguard', ...(isTypeScript ? ['@typescript-eslint/parser'] : [])].filter(name => !pkg.dependencies.has(name))
  return names.length === 0 ? [] : [`npm install --save-dev ${names.join(' ')}`]
}

/** The file itself, or one that does its work under another extension. */
function presentFile(dir: string, name: string): string | null {
  const stem = name.replace(/\.[cm]?[jt]s$/u, '')
  const names = stem === name ? [name] : ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'].map(extension => stem + extension)
  const others = name.endsWith('.yml') ? [name.replace(/yml$/u, 'yaml')] : []
  return [...names, ...others].map(one => path.join(dir, one)).find(file => existsSync(file)) ?? null
}

function tracingFile(dir: string, isTypeScript: boolean, pkg: Package): string {
  const folder = existsSync(path.join(dir, 'src')) ? 'src/' : ''
  return `${folder}tracing.${isTypeScript ? 'ts' : pkg.type === 'module' ? 'js' : 'cjs'}`
}

function configText(): string {
  return `${JSON.stringify({ attributes: { allow: [] }, spanNames: { domains: [] }, setup: { approved: ['@spanguard/runtime'] } }, null, 2)}\n`
}

function eslintText(isTypeScript: boolean): string {
  return [
    ...(isTypeScript ? ["import parser from '@typescript-eslint/parser'"] : []),
    "import spanguard from 'eslint-plugin-spanguard'",
    '',
    'export default [',
    ...(isTypeScript ? ["  { files: ['**/*.{ts,mts,cts,tsx}'], languageOptions: { parser } },"] : []),
    '  spanguard.configs.recommended,',
    ']',
    '',
  ].join('\n')
}

function tracingText(isModule: boolean, pkg: Package): string {
  const name = JSON.stringify(pkg.name === '' ? path.basename(pkg.dir) : pkg.name.replace(/^@[^/]+\//u, '')).replace(/"/gu, "'")
  return isModule
    ? `import { initTracing } from '@spanguard/runtime'\n\nexport const tracing = initTracing({ serviceName: ${name} })\n`
    : `const { initTracing } = require('@spanguard/runtime')\n\nexports.tracing = initTracing({ serviceName: ${name} })\n`
}

function workflowText(dir: string): string {
  const has = (file: string): boolean => existsSync(path.join(dir, file))
  const [setup, install, run] = has('pnpm-lock.yaml') ? ['      - run: corepack enable\n', 'pnpm install --frozen-lockfile', 'pnpm exec']
    : has('yarn.lock') ? ['      - run: corepack enable\n', `yarn install ${isBerry(dir) ? '--immutable' : '--frozen-lockfile'}`, 'yarn']
      : ['', has('package-lock.json') ? 'npm ci' : 'npm install', 'npx']
  return `name: spanguard
on: pull_request
permissions:
  contents: read
jobs:
  tracing:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
${setup}      - uses: actions/setup-node@v5
        with:
          node-version: 24
      - run: ${install}
      - run: ${run} eslint .
      - run: ${run} spanguard check --format github
`
}

function isBerry(dir: string): boolean {
  return readFileSync(path.join(dir, 'yarn.lock'), 'utf8').includes('__metadata:')
}
