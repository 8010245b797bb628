import type { RuleContext, RuleListener, RuleModule } from '@typescript-eslint/utils/ts-eslint'
import { RuleCreator } from '@typescript-eslint/utils/eslint-utils'

/** What a rule says of itself: presets, the README's table and the docs' headers are made from it. */
export interface RuleDocs {
  description: string
  /** In the preset `recommended`. */
  recommended: boolean
  /** In the preset `strict`; every recommended rule is. */
  strict: boolean
  /** The options that the preset `strict` gives the rule, where it asks for more there. */
  strictOptions?: readonly [object]
  /** `optional`: types sharpen the rule's answer where the parser brings them. No rule needs them. */
  types: 'never' | 'optional'
}

const PAGES = 'https://github.com/spanguard/spanguard/blob/main/docs/rules'

const create = RuleCreator<RuleDocs>((name) => `${PAGES}/${name}.md`)

/**
 * Makes a rule of Spanguard: typed options, its page's address, its docs in the form that the presets read. A rule whose stack
 * runs out, because a file is nested thousands of levels deep, says so and ends there; the run goes on.
 */
export const createRule: typeof create = (rule) => {
  const made = create(rule)
  return { ...made, create: (context) => keepDepth(made, context) }
}

type Context<MessageIds extends string, Options extends readonly unknown[]> = Readonly<RuleContext<MessageIds, Options>>

/** Trees that a rule has given up on already: one sentence a file is enough. */
const tooDeep = new WeakSet()

function keepDepth<MessageIds extends string, Options extends readonly unknown[]>(rule: RuleModule<MessageIds, Options>, context: Context<MessageIds, Options>): RuleListener {
  const guarded = <Given extends readonly unknown[]>(run: (...given: Given) => void) => (...given: Given): void => {
    try {
      run(...given)
    } catch (error) {
      if (!(error instanceof RangeError && error.message.includes('call stack'))) throw error
      reportDepth(context)
    }
  }
  let listener: RuleListener = {}
  guarded(() => {
    listener = rule.create(context)
  })()
  return Object.fromEntries(Object.entries(listener).map(([selector, listen]) => [selector, listen && guarded(listen)]))
}

function reportDepth<MessageIds extends string, Options extends readonly unknown[]>(context: Context<MessageIds, Options>): void {
  const { ast } = context.sourceCode
  if (tooDeep.has(ast)) return
  tooDeep.add(ast)
  const message = 'This code is nested too deep to be followed, so that some of it was not checked: split its longest expression, or ignore the file when it is generated.'
  // A message of its own needs no id, which every rule would have to declare.
  context.report({ node: ast.body[0] ?? ast, message } as never)
}
