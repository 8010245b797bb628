import path from 'node:path'
import * as ts from '../ts.js'
import { getPackage } from '../../project/package-json.js'
import { existing, sourceOf } from '../../project/source-path.js'
import { shortened, type Preload, type StartCommand } from '../../project/wiring/index.js'
import type { Entity, Evaluator } from '../evaluate.js'
import { originOf } from '../places.js'
import type { Program, ProgramFile } from '../program.js'

/** A function that a stack of AWS CDK deploys. */
export interface DeployedFunction {
  readonly file: string
  /** The export that is called. */
  readonly export: string
  readonly start: StartCommand
}

const modules = /^(?:aws-cdk-lib|@aws-cdk)(?:\/aws-lambda(?:-nodejs)?)?$/u

/**
 * The Lambda functions of the stacks of AWS CDK: `new NodejsFunction(this, 'orders', { entry, handler })` and `new Function(…)` with
 * code from a folder. Source: docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda_nodejs-readme.html.
 */
export function deployedFunctions(program: Program, files: readonly ProgramFile[], evaluator: Evaluator): DeployedFunction[] {
  const found: DeployedFunction[] = []
  for (const { root } of files) {
    if (!/aws-cdk/u.test(root.text)) continue
    const visit = (node: ts.Node): void => {
      if (ts.isNewExpression(node)) {
        const made = readConstruct(node)
        if (made && program.file(made.file)) found.push(made)
      }
      if (!ts.isTypeNode(node)) ts.forEachChild(node, visit)
    }
    visit(root)
  }
  return found

  function readConstruct(node: ts.NewExpression): DeployedFunction | null {
    const callee = evaluator.evaluate(node.expression)
    if (callee.kind !== 'export' || !modules.test(callee.module)) return null
    const name = callee.path.at(-1)
    if (name !== 'NodejsFunction' && name !== 'Function') return null
    const [, id, given] = node.arguments ?? []
    const options = given ? evaluator.evaluate(given) : null
    const handler = (options ? textAt(options, 'handler') : null) ?? 'handler'
    const file = name === 'Function' ? fromAsset(node, options, handler) : entryOf(node, options, id)
    if (file === null) return null
    const { from } = originOf(node)
    const place = { file: node.getSourceFile().fileName, line: from.line, text: shortened(node.getText()) }
    return { file, export: handler.split('.').at(-1) ?? handler, start: { entry: file, runner: 'lambda', preloads: options ? preloadsOf(options, place) : [], place, stage: 'production' } }
  }

  /** `entry`, or the file beside the stack that is called like it and the construct. */
  function entryOf(node: ts.NewExpression, options: Entity | null, id: ts.Expression | undefined): string | null {
    const entry = options ? valueOf(options, 'entry') : null
    if (entry) return first(pathsOf(entry).map(existing))
    const own = node.getSourceFile().fileName
    return id && ts.isStringLiteralLike(id) ? existing(`${own.replace(/\.[cm]?[jt]s$/u, '')}.${id.text}`) : null
  }

  function fromAsset(node: ts.NewExpression, options: Entity | null, handler: string): string | null {
    const code = options ? valueOf(options, 'code') : null
    if (!code || !ts.isCallExpression(code) || !code.arguments[0]) return null
    const dir = getPackage(node.getSourceFile().fileName)?.dir ?? path.dirname(node.getSourceFile().fileName)
    const module = handler.split('.').slice(0, -1).join('.')
    return module === '' ? null : first(pathsOf(code.arguments[0]).map(folder => sourceOf(path.join(folder, module), dir)))
  }

  /** The paths that an expression may mean: its texts joined, from the file's own folder where it says so, else from where CDK runs. */
  function pathsOf(node: ts.Expression): string[] {
    const parts: string[] = []
    const visit = (at: ts.Node): void => {
      if (ts.isStringLiteralLike(at) || ts.isTemplateHead(at) || ts.isTemplateMiddleOrTemplateTail(at)) parts.push(at.text)
      ts.forEachChild(at, visit)
    }
    visit(node)
    const file = node.getSourceFile().fileName
    const own = path.dirname(file)
    const bases = /__dirname|import\.meta/u.test(node.getText()) ? [own] : [getPackage(file)?.dir ?? own, own]
    return bases.map(base => path.resolve(base, ...parts.map(part => part.replace(/^\/(?=.)/u, './'))))
  }

  function preloadsOf(options: Entity, place: StartCommand['place']): Preload[] {
    const tracing = valueOf(options, 'tracing')
    const environment = valueOf(options, 'environment')
    const wrapper = environment ? textAt(evaluator.evaluate(environment), 'AWS_LAMBDA_EXEC_WRAPPER') : null
    const flags = environment ? textAt(evaluator.evaluate(environment), 'NODE_OPTIONS') : null
    const loaded = [...(flags ?? '').matchAll(/(?:^|\s)(-r|--require|--import)[\s=]+(\S+)/gu)]
    return [
      ...(tracing && /\bACTIVE\b/u.test(tracing.getText()) ? [{ module: 'AWS X-Ray (active tracing)', how: 'platform' as const, place, file: null }] : []),
      ...(wrapper === null ? [] : [{ module: wrapper, how: 'layer' as const, place, file: null }]),
      ...loaded.map(([, flag, module = '']) => ({ module, how: flag === '--import' ? '--import' as const : '--require' as const, place, file: null })),
    ]
  }

  function textAt(options: Entity, name: string): string | null {
    const value = valueOf(options, name)
    const entity = value ? evaluator.evaluate(value) : null
    return entity?.kind === 'value' && ts.isStringLiteralLike(entity.node) ? entity.node.text : null
  }

  /** A property of an object that is written out, also of one that is spread into it. */
  function valueOf(options: Entity, name: string, depth = 0): ts.Expression | null {
    if (options.kind !== 'value' || !ts.isObjectLiteralExpression(options.node) || depth > 4) return null
    for (const property of options.node.properties.toReversed()) {
      const found = ts.isSpreadAssignment(property) ? valueOf(evaluator.evaluate(property.expression), name, depth + 1)
        : property.name.getText() !== name ? null
          : ts.isPropertyAssignment(property) ? property.initializer : ts.isShorthandPropertyAssignment(property) ? property.name : null
      if (found) return found
    }
    return null
  }
}

function first(files: readonly (string | null)[]): string | null {
  return files.find(file => file !== null) ?? null
}
