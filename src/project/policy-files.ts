import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type ExportedKeys, hashPolicy, listExportedKeys, type Policy } from '@spanguard/policy'

/** The policy as services read it when they run; the runtime's `register` looks for it beside the entry's package.json. */
export const policyFileName = 'spanguard.policy.json'
/** What types the attribute keys of `@spanguard/runtime` by the policy. */
export const policyTypesName = 'spanguard.policy.d.ts'

export interface PolicyFile {
  /** Absolute. */
  readonly path: string
  readonly text: string
}

/**
 * The two files that `spanguard build-policy` writes into a folder. The same policy gives the same bytes.
 *
 * @param folder absolute; the one that holds the service's package.json
 */
export function policyFiles(folder: string, policy: Policy): readonly [policy: PolicyFile, types: PolicyFile] {
  return [
    { path: path.join(folder, policyFileName), text: `${JSON.stringify(policy, null, 2)}\n` },
    { path: path.join(folder, policyTypesName), text: typesText(policy) },
  ]
}

/** A file of the two that does not say what the config says now. */
export interface StaleFile {
  readonly path: string
  readonly state: 'missing' | 'unreadable' | 'differs'
}

/**
 * Which of a folder's policy files no longer follow from the config. A folder that holds neither has none to keep; how the
 * files are formatted makes no difference.
 */
export function stalePolicyFiles(folder: string, policy: Policy): readonly StaleFile[] {
  const [json, types] = policyFiles(folder, policy)
  const written = [readText(json.path), readText(types.path)] as const
  if (written.every((text) => text === null)) return []
  return [
    ...stale(json.path, written[0], (text) => hashPolicy(JSON.parse(text) as Policy) === hashPolicy(policy)),
    ...stale(types.path, written[1], (text) => withoutFormat(text) === withoutFormat(types.text)),
  ]
}

function stale(file: string, text: string | null, isCurrent: (text: string) => boolean): StaleFile[] {
  if (text === null) return [{ path: file, state: 'missing' }]
  try {
    return isCurrent(text) ? [] : [{ path: file, state: 'differs' }]
  } catch {
    return [{ path: file, state: 'unreadable' }]
  }
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

/** Formatters change white space, quotes and semicolons. */
function withoutFormat(text: string): string {
  return text.replace(/[\s;'"]/g, '')
}

function typesText(policy: Policy): string {
  const { keys, patterns, except }: ExportedKeys = listExportedKeys(policy)
  return `// Written by \`spanguard build-policy\`. Do not edit: change the config and run it again.
import '@spanguard/runtime'

declare module '@spanguard/runtime' {
  /** The attribute keys that leave the service; any other is a compile error. */
  interface PolicyKeys {
${[...keys, ...patterns].map(member).join('\n')}
  }${
    except.length === 0 ? '' : `
  /** Within the namespaces above, what is redacted all the same. */
  interface DeniedKeys {
${except.map(member).join('\n')}
  }`
  }
}
`
}

/** `'order.id': true`, and a template for a namespace: a segment's star becomes any text, since types know no segments. */
function member(key: string): string {
  if (!key.includes('*')) return `    '${quoted(key)}': true`
  return `    [key: \`${quoted(key).replace(/\*+/g, '${string}')}\`]: true`
}

/** The config's schema lets any text but white space and stars be a key. */
function quoted(key: string): string {
  return key.replace(/[\\'`$]/g, '\\$&')
}
