import type { TSESTree } from '@typescript-eslint/types'

import { type Kind, mutant, type Mutant } from './mutant.js'
import { calledName, nodesOf, type Program, textOf, variableOf } from './program.js'

export const secretKey: Kind = { name: 'a key renamed to a secret one', preset: 'recommended', rules: ['no-sensitive-data'], mutate: renameKeys }

/** Credentials, card data, personal, health and government data, in the spellings that people use. */
const secrets: readonly string[] = [
  'user.password',
  'payment.card_number',
  'apiKey',
  'customer.email',
  'http.request.header.authorization',
  'session_token',
  'user.ssn',
  'card.cvv',
  'patient.diagnosis',
  'oauth.refreshToken',
  'customer.phone_number',
  'aws.secret_access_key',
  'db.password',
  'customer.iban',
  'PrivateKey',
]
const TURNS = 2

function renameKeys(program: Program): readonly Mutant[] {
  return keysOf(program).flatMap((key) =>
    Array.from({ length: TURNS }, (_, turn) => {
      const secret = secrets[(key.range[0] + turn * 7) % secrets.length] ?? ''
      return mutant(program, key, `${textOf(key, program)} renamed to ${secret}`, [{ range: key.range, text: `'${secret}'` }])
    }),
  )
}

/** The keys of attributes, but for those whose value is a constant, a number or a boolean as it stands there: none of these is a secret. */
function keysOf(program: Program): readonly TSESTree.Node[] {
  return nodesOf(program, 'CallExpression').flatMap((call): readonly TSESTree.Node[] => {
    switch (calledName(call)) {
      case 'setAttribute': {
        const [key, value] = call.arguments
        return key !== undefined && value !== undefined && mayBeSecret(value, program) ? [key] : []
      }
      case 'setAttributes':
        return keysIn(call.arguments[0], program)
      case 'addEvent':
      case 'traced':
        return keysIn(call.arguments[1], program)
      case 'startActiveSpan':
      case 'startSpan':
      case 'withSpan': {
        const options = call.arguments[1]
        if (options?.type !== 'ObjectExpression') return []
        return options.properties.flatMap((property) =>
          property.type === 'Property' && textOf(property.key, program) === 'attributes' ? keysIn(property.value, program) : [],
        )
      }
      default:
        return []
    }
  })
}

function keysIn(node: TSESTree.Node | undefined, program: Program): readonly TSESTree.Node[] {
  if (node?.type !== 'ObjectExpression') return []
  return node.properties.flatMap((property) => (property.type === 'Property' && mayBeSecret(property.value, program) ? [property.key] : []))
}

function mayBeSecret(value: TSESTree.Node, program: Program): boolean {
  if (value.type === 'Literal' || value.type === 'BinaryExpression') return false
  if (value.type === 'Identifier') {
    const declarator = variableOf(value, program)?.defs[0]?.node as TSESTree.Node | undefined
    const init = declarator?.type === 'VariableDeclarator' ? declarator.init : null
    return init?.type !== 'Literal' || typeof init.value !== 'number'
  }
  return !textOf(value, program).endsWith('.length')
}
