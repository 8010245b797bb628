import type { RuleContext, RuleListener } from '@typescript-eslint/utils/ts-eslint'
import { applyDefault, RuleCreator } from '@typescript-eslint/utils/eslint-utils'

import { ConfigError } from '@spanguard/policy'

import { isSilentFile, isUnheard } from './analysis/index.js'

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
  /** The rule has something to say of files without a word of tracing too. */
  everyFile?: true
  /** It speaks of benchmarks, mocks and examples of something else, too, where nobody acts on what the others say: a secret is one there as well. */
  everyPlace?: true
}

const PAGES = 'https://github.com/spanguard/spanguard/blob/main/docs/rules'

const create = RuleCreator<RuleDocs>((name) => `${PAGES}/${name}.md`)

/**
 * Makes a rule of Spanguard: typed options, its page's address, its docs in the form that the presets read. A rule whose stack
 * runs out, because a file is nested thousands of levels deep, says so and ends there; the run goes on.
 */
export const createRule: typeof create = (rule) => {
  // The library's generic type leaves the options' own unnamed here.
  const getOptions = readOptions(rule.meta.defaultOptions)
  const { everyFile = false, everyPlace = false } = rule.meta.docs
  const createListener = (context: Parameters<typeof rule.create>[0]): RuleListener =>
    (!everyFile && isSilentFile(context)) || (!everyPlace && isUnheard(context)) ? {} : rule.create(context, getOptions(context.options) as never)
  return { ...create(rule), create: (context) => keepDepth(createListener, context) }
}

/**
 * The options of a rule with its defaults beneath them. ESLint hands over the same object for every file, and most rules
 * have none: what the library does for each file anew, cloning the defaults, is done once.
 */
function readOptions(defaults: readonly unknown[] = []): (given: readonly unknown[]) => readonly unknown[] {
  const merged = new WeakMap<object, readonly unknown[]>()
  return (given) => {
    const [first] = given
    if (first === undefined) return defaults
    if (typeof first !== 'object' || first === null || given.length > 1) return applyDefault(defaults, given)
    const known = merged.get(first) ?? applyDefault(defaults, given)
    merged.set(first, known)
    return known
  }
}

type Context<MessageIds extends string, Options extends readonly unknown[]> = Readonly<RuleContext<MessageIds, Options>>

/** Trees that a rule has given up on already: one sentence a file is enough. */
const tooDeep = new WeakSet()

function keepDepth<MessageIds extends string, Options extends readonly unknown[]>(
  createListener: (context: Context<MessageIds, Options>) => RuleListener,
  context: Context<MessageIds, Options>,
): RuleListener {
  let listener: RuleListener
  try {
    listener = createListener(context)
  } catch (error) {
    giveUp(error, context)
    return {}
  }
  const guarded: RuleListener = {}
  for (const [selector, listen] of Object.entries(listener)) {
    if (listen === undefined) continue
    guarded[selector] = (...given: never[]) => {
      try {
        ;(listen as (...given: never[]) => void)(...given)
      } catch (error) {
        giveUp(error, context)
      }
    }
  }
  return guarded
}

/** Goes on after an error that says that the stack ran out, and throws every other one on. */
function giveUp<MessageIds extends string, Options extends readonly unknown[]>(error: unknown, context: Context<MessageIds, Options>): void {
  // ESLint prints an error's stack: that of a wrong config leads nowhere that its owner could mend.
  if (error instanceof ConfigError) error.stack = error.message
  if (!(error instanceof RangeError && error.message.includes('call stack'))) throw error
  reportDepth(context)
}

function reportDepth<MessageIds extends string, Options extends readonly unknown[]>(context: Context<MessageIds, Options>): void {
  const { ast } = context.sourceCode
  if (tooDeep.has(ast)) return
  tooDeep.add(ast)
  const message = 'This code is nested too deep to be followed, so that some of it was not checked: split its longest expression, or ignore the file when it is generated.'
  // A message of its own needs no id, which every rule would have to declare.
  context.report({ node: ast.body[0] ?? ast, message } as never)
}
