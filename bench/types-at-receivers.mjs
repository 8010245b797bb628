/** The least that a checker with types can do: a program over the files below a folder, a type asked at every receiver of a span's methods. */
import path from 'node:path'

import ts from 'typescript'

const methods = new Set(['addEvent', 'end', 'recordException', 'setAttribute', 'setAttributes', 'setStatus', 'startActiveSpan', 'startSpan', 'updateName'])
const folder = process.argv[2] ?? '.'
const files = ts.sys.readDirectory(path.join(folder, 'src'), ['.ts'])
const program = ts.createProgram(files, { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, noEmit: true, skipLibCheck: true, strict: true, target: ts.ScriptTarget.ES2022, types: [] })
const checker = program.getTypeChecker()
let asked = 0
const visit = (node) => {
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && methods.has(node.expression.name.text)) {
    checker.getTypeAtLocation(node.expression.expression)
    asked += 1
  }
  ts.forEachChild(node, visit)
}
for (const file of files) {
  const root = program.getSourceFile(file)
  if (root) visit(root)
}
process.stdout.write(`${asked} receivers\n`)
