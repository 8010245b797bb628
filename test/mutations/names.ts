import type { TSESTree } from '@typescript-eslint/types'

import { type Kind, mutant, type Mutant } from './mutant.js'
import { ancestorsOf, isFunction, isWithin, type Program, textOf, variableOf } from './program.js'
import { startsOf, type Start } from './spans.js'

export const idInName: Kind = { name: 'an id put into the name', preset: 'recommended', rules: ['no-dynamic-span-name'], mutate: putIds }

export const technicalName: Kind = { name: 'the name made technical', preset: 'recommended', rules: ['no-technical-span-name'], mutate: makeTechnical }

/** As the design has them. Words that may be somebody's product (task, call, job) are left to `spanNames.technicalWords`. */
const technical: readonly string[] = ['handler', 'process', 'doWork', 'db.query', 'process.request', 'handleRequest', 'http.handler', 'execute']
const TURNS = 2

function makeTechnical(program: Program): readonly Mutant[] {
  return startsOf(program)
    .filter(({ call }) => !isOfConventions(call, program))
    .flatMap(({ name }) =>
      Array.from({ length: TURNS }, (_, turn) => {
        const word = technical[(name.range[0] + turn * 3) % technical.length] ?? ''
        return mutant(program, name, `${name.raw} renamed to '${word}'`, [{ range: name.range, text: `'${word}'` }])
      }),
    )
}

/** Names of these kinds are the semantic conventions', which are technical. */
function isOfConventions(call: TSESTree.CallExpression, program: Program): boolean {
  const options = call.arguments[1]
  return options !== undefined && /kind: SpanKind\.(?!INTERNAL)/.test(textOf(options, program))
}

function putIds(program: Program): readonly Mutant[] {
  return startsOf(program).flatMap((start) => {
    const { name } = start
    const id = findId(start, program)
    if (id === null) return []
    const [domain = '', ...rest] = name.value.split(/[. ]/)
    const forms = [`\`${name.value} \${${id}}\``, `'${name.value}.' + ${id}`, `\`${domain}/\${${id}}/${rest.join('.')}\``]
    return forms.map((text) => mutant(program, name, `named ${text}`, [{ range: name.range, text }]))
  })
}

/** An id that the work of the span reads and that is there when the span starts. */
function findId({ call }: Start, program: Program): string | null {
  const around = ancestorsOf(call).find(isFunction)
  for (const node of program.nodes) {
    if (node.type !== 'Identifier' && node.type !== 'MemberExpression') continue
    if (around !== undefined && !isWithin(node, around)) continue
    if (!/^(?:\w+\.)*(?:id|\w+Id)$/.test(textOf(node, program))) continue
    if (node.parent.type === 'MemberExpression' && node.parent.object === node) continue
    let root: TSESTree.Node = node
    while (root.type === 'MemberExpression') root = root.object
    const variable = root.type === 'Identifier' ? variableOf(root, program) : null
    const [definition] = variable?.identifiers ?? []
    if (variable == null || definition === undefined) continue
    if (definition.range[0] < call.range[0] && isWithin(call, variable.scope.block)) return textOf(node, program)
  }
  return null
}
