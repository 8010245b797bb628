import { ts } from 'ts-morph'
import { expect, it } from 'vitest'

import { compile } from '../../src/checker/compile.js'

it('nodes have no room for what only an emitter fills, and work as the compiler\'s own', () => {
  compile([], () => null)
  const file = ts.createSourceFile('a.ts', 'run(first.second)', ts.ScriptTarget.ESNext, true)
  const [statement] = file.statements
  if (statement === undefined || !ts.isExpressionStatement(statement)) throw new Error('It is a statement.')
  const call = statement.expression
  expect(Object.hasOwn(call, 'emitNode')).toBe(false)
  expect(Object.hasOwn(call, 'original')).toBe(false)
  expect(call.getText()).toBe('run(first.second)')
  expect(call.getSourceFile()).toBe(file)
  ts.setOriginalNode(call, statement)
  expect(ts.getOriginalNode(call)).toBe(statement)
  expect(ts.getOriginalNode(statement)).toBe(statement)
  expect(ts.createPrinter().printFile(file)).toBe('run(first.second);\n')
})
