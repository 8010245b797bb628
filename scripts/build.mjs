// Compiles every package (tsc project references), marks the CommonJS builds as such (both packages are `type: module`, so Node
// needs a nearer package.json beside the CommonJS files), and bundles what `import` loads: a file costs Node more to find and to
// link as an ES module than to run, and the runtime is loaded before anything else of a service, the plugin at every start of an
// editor. tsc writes the declarations.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { build } from 'esbuild'

import { bundling } from './bundling.mjs'
import { replaceSpreads } from './spreads.mjs'

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
const root = path.resolve(import.meta.dirname, '..')
const workspaces = ['policy', 'runtime'].map(name => path.join(root, name))
for (const workspace of workspaces) {
  const folder = path.join(workspace, 'dist', 'cjs')
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "commonjs" }\n')
}
for (const workspace of workspaces) {
  removeOrphans(workspace)
  await bundle(workspace)
}
const { status } = spawnSync(process.execPath, [tsc, '-b', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' })
for (const folder of ['dist/rules', 'dist/src', 'policy/dist']) rewrite(path.join(root, folder))
if (status === 0) await bundlePlugin()
process.exitCode = status ?? 1

/** What the analysis is made of; the runtime's objects are its callers', whose keys may be anything. */
function rewrite(folder) {
  for (const name of readdirSync(folder, { recursive: true })) {
    if (!name.endsWith('.js')) continue
    const file = path.join(folder, name)
    const text = readFileSync(file, 'utf8')
    const rewritten = replaceSpreads(text)
    if (rewritten !== text) writeFileSync(file, rewritten)
  }
}

/**
 * The rules as one file, for whoever imports the plugin: an editor and oxlint load it at each start, in a third of the time that its 186
 * files take, and a run keeps less of it in memory. The checker and the command line load the files.
 */
async function bundlePlugin() {
  await build({
    absWorkingDir: root,
    entryPoints: ['dist/src/index.js'],
    outfile: 'dist/plugin.js',
    ...bundling,
  })
}

/** One file for each entry of `exports`, and one for what several entries share. */
async function bundle(workspace) {
  const output = path.join(workspace, 'dist', 'esm')
  const { metafile } = await build({
    absWorkingDir: workspace,
    entryPoints: [...entries(workspace)],
    outdir: output,
    chunkNames: 'shared/[hash]',
    splitting: true,
    sourcemap: true,
    metafile: true,
    ...bundling,
  })
  // The names of shared files change with what is in them: those of former builds would be published with the package.
  const written = new Set(Object.keys(metafile.outputs).map(file => path.resolve(workspace, file)))
  for (const file of readdirSync(output, { recursive: true }).map(name => path.join(output, name))) {
    if (/\.js(\.map)?$/.test(file) && !written.has(file)) rmSync(file)
  }
}

/** What was compiled of a source that is no more: it would be published with the package. */
function removeOrphans(workspace) {
  for (const folder of ['esm', 'cjs'].map(name => path.join(workspace, 'dist', name)).filter(name => existsSync(name))) {
    for (const file of readdirSync(folder, { recursive: true })) {
      const [, name] = /^(.*?)(?:\.d\.ts|\.js)(?:\.map)?$/.exec(file) ?? []
      if (name === undefined || name.startsWith('shared/') || existsSync(path.join(workspace, 'src', `${name}.ts`))) continue
      rmSync(path.join(folder, file))
    }
  }
}

/** The source of every file that `exports` names for an `import`. */
function entries(workspace) {
  const manifest = JSON.parse(readFileSync(path.join(workspace, 'package.json'), 'utf8'))
  const files = JSON.stringify(manifest.exports).matchAll(/"\.\/dist\/esm\/([^"]+)\.js"/g)
  return new Set([...files].map(([, name]) => `src/${name}.ts`))
}
