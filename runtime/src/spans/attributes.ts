import type { AttributeValue } from '@opentelemetry/api'

/**
 * The keys that the policy allows. Empty until `spanguard build-policy` writes its declaration, which adds to it:
 *
 * ```ts
 * declare module '@spanguard/runtime' {
 *   interface PolicyKeys { 'payment.amount': true; [key: `order.${string}`]: true }
 * }
 * ```
 *
 * While it is empty every key compiles, and what is not listed is redacted at export.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- it is there to be augmented
export interface PolicyKeys {}

/** The keys that compile. */
// eslint-disable-next-line @typescript-eslint/no-redundant-type-constituents -- `never` only while nothing is declared
export type AttributeKey = [keyof PolicyKeys] extends [never] ? string : keyof PolicyKeys & string

/** An attribute object as given, each unlisted key an error, also where it comes through a variable. */
export type ListedAttributes<A> = { [K in keyof A]: K extends AttributeKey ? AttributeValue | undefined : never }
