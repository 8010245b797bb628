import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { packageIn, type Package } from './package-json.js'
import { foldersUp, repositoryOf } from './workspace.js'

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
  // What a service of CI reads stands at the repository's root, wherever the project stands in it.
  const repository = repositoryOf(dir)
  const isGitLab = usesGitLab(repository)
  const wanted = [
    [dir, 'spanguard.config.json', configText()],
    [dir, pkg.type === 'module' ? 'eslint.config.js' : 'eslint.config.mjs', eslintText(isTypeScript)],
    [dir, tracingFile(dir, isTypeScript, pkg), tracingText(isTypeScript || pkg.type === 'module', pkg)],
    isGitLab ? [repository, '.gitlab-ci.yml', gitlabText(dir, repository)] : [repository, '.github/workflows/spanguard.yml', workflowText(dir, repository)],
  ] as const
  const files: { path: string; text: string }[] = []
  const kept: string[] = []
  const next: string[] = []
  for (const [folder, name, text] of wanted) {
    const present = presentFile(folder, name)
    if (present === null) files.push({ path: path.join(folder, name), text })
    else kept.push(present)
  }
  const pipeline = isGitLab ? kept.find(file => path.basename(file).startsWith('.gitlab-ci.')) : undefined
  if (pipeline !== undefined && !readFileSync(pipeline, 'utf8').includes('ci/gitlab.yml')) next.push(`Add this to ${path.relative(dir, pipeline)}: include: [{ remote: ${gitlabTemplate} }]${repository === dir ? '' : `, with the variable SPANGUARD_PATHS: ${inRepository(dir, repository)}`}.`)
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

/** The job of ci/gitlab.yml, which GitLab fetches. */
const gitlabTemplate = 'https://raw.githubusercontent.com/spanguard/spanguard/main/ci/gitlab.yml'

/** A pipeline of GitLab's stands there, or git's remote is a GitLab. */
function usesGitLab(repository: string): boolean {
  if (presentFile(repository, '.gitlab-ci.yml') !== null) return true
  const config = path.join(repository, '.git/config')
  return existsSync(config) && /^\s*url\s*=\s*\S*gitlab/mu.test(readFileSync(config, 'utf8'))
}

function inRepository(dir: string, repository: string): string {
  return path.relative(repository, dir).split(path.sep).join('/') || '.'
}

function gitlabText(dir: string, repository: string): string {
  const folder = inRepository(dir, repository)
  return `include:\n  - remote: ${gitlabTemplate}\n${folder === '.' ? '' : `variables:\n  SPANGUARD_PATHS: ${JSON.stringify(folder)}\n`}`
}

/** Lints, and checks by the action of Spanguard's repository: annotations, and one comment that is kept up to date. */
function workflowText(dir: string, repository: string): string {
  const folder = inRepository(dir, repository)
  const locked = foldersUp(dir).find(at => existsSync(path.join(at, 'pnpm-lock.yaml')) || existsSync(path.join(at, 'yarn.lock')) || existsSync(path.join(at, 'package-lock.json'))) ?? dir
  const has = (file: string): boolean => existsSync(path.join(locked, file))
  const [manager, install, run] = has('pnpm-lock.yaml') ? ['pnpm', 'pnpm install --frozen-lockfile', 'pnpm exec']
    : has('yarn.lock') ? ['yarn', `yarn install ${isBerry(locked) ? '--immutable' : '--frozen-lockfile'}`, 'yarn']
      : ['npm', has('package-lock.json') ? 'npm ci' : 'npm install', 'npx']
  return `name: spanguard
on: pull_request
permissions:
  contents: read
  pull-requests: write
jobs:
  tracing:
    runs-on: ubuntu-latest
${folder === '.' ? '' : `    defaults:
      run:
        working-directory: ${JSON.stringify(folder)}
`}    steps:
      - uses: actions/checkout@v5
        with:
          # The comment shows what the pull request adds to telemetry: the other branch must be there.
          fetch-depth: 0
${manager === 'npm' ? '' : '      - run: corepack enable\n'}      - uses: actions/setup-node@v5
        with:
          node-version: 24
      - run: ${install}
      - run: ${run} eslint .
      - uses: spanguard/spanguard@main
${folder === '.' ? '' : `        with:
          working-directory: ${JSON.stringify(folder)}
`}`
}

function isBerry(dir: string): boolean {
  return readFileSync(path.join(dir, 'yarn.lock'), 'utf8').includes('__metadata:')
}
