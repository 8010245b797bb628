import type { Finding, ExporterEndpoint } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'

import { getPropertyName } from '../../src/analysis/bindings.js'
import { findNode } from '../../src/analysis/origins.js'
import type { Mend } from '../../src/analysis/report.js'
import type { FileAnalysis } from '../../src/analysis/index.js'

/** `https` for `http`; a secret from an environment variable that is called after its key. */
export function mendEndpoint({ messageId, origin }: Finding, { part }: ExporterEndpoint, { sourceCode }: FileAnalysis): Mend[] {
  const node = findNode(origin)
  if (node === null) return []
  if (messageId === 'plain') {
    const edits = useHttps(node, part.is === 'url' && part.plain, sourceCode)
    return edits === null ? [] : [{ messageId: 'https', edits }]
  }
  // The password of a URL is only a part of the text; a secret that is put together is somebody's to take apart.
  if (part.is !== 'secret' || node.type !== 'Literal' || part.key.startsWith('OTEL_')) return []
  const variable = `process.env.${part.key.replace(/([a-z\d])([A-Z])/g, '$1_$2').replace(/[^A-Za-z\d]+/g, '_').toUpperCase()}`
  // Set nowhere yet: whoever takes this sets it.
  return [{ messageId: 'environment', data: { variable }, edits: [{ range: node.range, text: `${variable} ?? ''` }], onlyOffered: true }]
}

/** The scheme, and with it the gRPC credentials that stand beside it. */
function useHttps(node: TSESTree.Node, insecure: boolean, sourceCode: FileAnalysis['sourceCode']): Mend['edits'] | null {
  const text = sourceCode.getText(node)
  const scheme = /^(['"`])http:/i.exec(text)
  const credentials = insecure ? findInsecure(node) : null
  if (insecure && credentials === null) return null
  if (scheme === null && credentials === null) return null
  const at = node.range[0] + 1
  return [
    ...(scheme === null ? [] : [{ range: [at, at + 'http'.length] as const, text: 'https' }]),
    ...(credentials === null ? [] : [{ range: credentials.range, text: 'createSsl' }]),
  ]
}

/** `createInsecure` of `{ url: '…', credentials: credentials.createInsecure() }`. */
function findInsecure(node: TSESTree.Node): TSESTree.Node | null {
  const object = node.parent?.type === 'Property' ? node.parent.parent : null
  if (object?.type !== 'ObjectExpression') return null
  for (const property of object.properties) {
    if (property.type !== 'Property' || getPropertyName(property) !== 'credentials' || property.value.type !== 'CallExpression') continue
    const { callee } = property.value
    return callee.type === 'MemberExpression' && !callee.computed ? callee.property : null
  }
  return null
}
