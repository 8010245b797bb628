import { spawnSync } from 'node:child_process'
import path from 'node:path'

export interface PackedPackage {
  readonly name: string
  readonly tarball: string
  /** The plugin is; policy and runtime have a CommonJS build too. */
  readonly esmOnly: boolean
}

const root = path.resolve(import.meta.dirname, '..')
const packages = [
  { name: 'eslint-plugin-spanguard', folder: '.', esmOnly: true },
  { name: '@spanguard/policy', folder: 'policy', esmOnly: false },
  { name: '@spanguard/runtime', folder: 'runtime', esmOnly: false },
]

/**
 * Packs what stands in `dist` of the three packages into a folder, as `npm publish` would, without building again.
 *
 * @throws when `npm pack` fails; its own words are in the message.
 */
export function packAll(destination: string): readonly PackedPackage[] {
  return packages.map(({ name, folder, esmOnly }) => {
    const { status, stdout, stderr } = spawnSync(
      'npm',
      ['pack', '--json', '--ignore-scripts', '--pack-destination', destination],
      { cwd: path.join(root, folder), encoding: 'utf8' },
    )
    if (status !== 0) throw new Error(`npm pack failed for ${name}: ${stderr}`)
    return { name, tarball: path.join(destination, fileNameIn(stdout)), esmOnly }
  })
}

function fileNameIn(json: string): string {
  const [packed] = Object.values(JSON.parse(json) as Readonly<Record<string, { readonly filename: string }>>)
  if (packed === undefined) throw new Error(`npm pack named no file: ${json}`)
  return packed.filename
}
