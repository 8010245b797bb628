import path from 'node:path'

import { findUntraced, type Untraced } from '../src/analysis/handlers/untraced.js'
import { mayHaveHandlers } from '../src/analysis/handlers.js'
import { openFile } from '../src/analysis/index.js'
import { createRule } from '../src/create-rule.js'
import { toFixes } from '../src/fix/index.js'
import { type Mend, mendUntraced } from './require-handler-tracing/mend.js'

export default createRule({
  name: 'require-handler-tracing',
  meta: {
    type: 'problem',
    docs: { description: 'Require tracing before the handlers of an app, server, consumer or function', recommended: true, strict: true, types: 'never', everyFile: true },
    fixable: 'code',
    hasSuggestions: true,
    messages: {
      app: '{{framework}} app with {{what}} and no tracing before: its requests are missing from every trace. {{advice}}',
      server: '{{framework}} server with {{what}} and no tracing around: its requests are missing from every trace. {{advice}}',
      late: '{{what}} before the tracing on line {{line}}: requests to {{them}} are missing from every trace. Move the tracing before the first route.',
      consumer: '{{framework}} consumer without tracing: the trace of whoever sent the message ends here. {{advice}}',
      job: '{{framework}} job without tracing: its runs, and what they call, are missing from every trace. {{advice}}',
      function: '{{framework}} function without tracing: its invocations are missing from every trace. {{advice}}',
      insert: "Insert '{{code}}' from '{{module}}'.",
    },
    schema: [],
  },
  create(context) {
    const file = openFile(context)
    const filename = path.resolve(context.cwd, context.filename)
    if (!mayHaveHandlers(file.config, context.sourceCode.text, filename) || file.outOfScope || (file.place !== null && file.place !== 'infra')) return {}
    return {
      Program() {
        const { analysis } = file
        const result = findUntraced(analysis, filename)
        if (result === null) return
        const { around, found } = result
        for (const untraced of found) {
          if (file.place === 'infra' && (untraced.kind === 'app' || untraced.kind === 'server')) continue
          const mend = mendUntraced(untraced, { filename, around, analysis })
          const isFix = mend !== null && untraced.framework.insert?.as === 'fix' && around.dependencies.has(mend.package)
          context.report({
            node: untraced.at,
            // A clock sends no message: nobody's trace ends at a job.
            messageId: untraced.framework.scheduled === true ? 'job' : untraced.kind,
            data: describe(untraced, mend),
            fix: isFix ? (fixer) => toFixes(mend.edits, fixer) : null,
            suggest:
              mend === null || isFix ? []
              : [{ messageId: 'insert', data: { code: mend.code, module: mend.module }, fix: (fixer) => toFixes(mend.edits, fixer) }],
          })
        }
      },
    }
  },
})

function describe(untraced: Untraced, mend: Mend | null): Record<string, string> {
  const { framework, kind } = untraced
  const advice = adviseOn(untraced, mend)
  switch (kind) {
    case 'app':
    case 'server':
      return { framework: framework.label, what: countOf(untraced.count, kind === 'app' ? 'route' : 'handler'), advice }
    case 'late': {
      const what = `${countOf(untraced.count, 'route')} of the ${framework.label} app ${untraced.count === 1 ? 'stands' : 'stand'}`
      return { what, line: String(untraced.tracing.loc.start.line), them: untraced.count === 1 ? 'it' : 'them' }
    }
    default:
      return { framework: framework.label, advice }
  }
}

/** What to write, also where it can't be inserted by itself. */
function adviseOn({ framework, kind }: Untraced, mend: Mend | null): string {
  const { insert } = framework
  if (mend !== null) return `Insert '${mend.code}' from '${mend.module}'.`
  if (insert === undefined) return 'Start the service with approved setup, or run its work inside a span.'
  if (kind === 'consumer' || kind === 'function') return `Run its work inside '${insert.export}()' from '${insert.module}'.`
  return `Use '${insert.export}' from '${insert.module}', or the setup that the config approves, before the first route.`
}

function countOf(count: number | null, noun: string): string {
  if (count === null) return 'its handlers in modules'
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`
}
