import path from 'node:path'
import * as ts from '../ts.js'
import { unwrap, type Evaluator } from '../evaluate.js'
import { parentOf } from '../places.js'
import type { Program } from '../program.js'
import { isExport } from './objects.js'

/** Plugins that register every file of a folder. Source: the README of @fastify/autoload. */
const autoloaders = [{ module: '@fastify/autoload', export: '*' }, { module: 'fastify-autoload', export: '*' }]

/** The files that `app.register(autoload, { dir })` registers; `null` when the argument is no autoloader. */
export function autoloadedFiles(argument: ts.Expression, program: Program, evaluator: Evaluator): readonly string[] | null {
  const plain = unwrap(argument)
  const call = parentOf(plain)
  // A file of the folder may itself export a package's plugin; that one is given to no call.
  if (!call || !ts.isCallExpression(call) || !isExport(evaluator.evaluate(plain), autoloaders)) return null
  const options = call.arguments[call.arguments.indexOf(plain) + 1]
  const dir = options && ts.isObjectLiteralExpression(options) ? folderOf(options) : null
  return dir === null ? [] : program.files.map(file => file.path).filter(file => file.startsWith(dir + path.sep))
}

/** The folder that `dir: path.join(__dirname, 'routes')` names: its string parts, from the file's own folder. */
function folderOf(options: ts.ObjectLiteralExpression): string | null {
  const dir = options.properties.find(property => property.name && ts.isIdentifier(property.name) && property.name.text === 'dir')
  if (!dir || !ts.isPropertyAssignment(dir)) return null
  const parts: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) parts.push(node.text)
    ts.forEachChild(node, visit)
  }
  visit(dir.initializer)
  return path.resolve(path.dirname(options.getSourceFile().fileName), ...parts.map(part => part.replace(/^\/(?=.)/u, './')))
}
