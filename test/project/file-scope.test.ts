import { builtInPolicy, toPolicy } from '@spanguard/policy'
import { describe, expect, it } from 'vitest'

import { isOutOfScope } from '../../src/project/file-scope.js'

const folder = '/home/me/test/shop'
const isOut = (file: string, text = '', policy = builtInPolicy): boolean => isOutOfScope(`${folder}/${file}`, text, policy, folder)

describe('isOutOfScope', () => {
  it.each([
    ['a test beside its subject', 'src/orders.test.ts'],
    ['a folder of tests', 'test/orders.ts'],
    ['a story', 'src/button.stories.tsx'],
  ])('%s', (_, file) => expect(isOut(file)).toBe(true))

  it('a file whose checkout stands below a folder called test is no test', () => expect(isOut('src/orders.ts')).toBe(false))
  it('a name that only holds the word is no test', () => expect(isOut('src/latest.ts')).toBe(false))

  it.each([
    ['a client component', `'use client'\nexport {}`],
    ['a k6 script', `import http from 'k6/http'`],
    ['React Native', `import { View } from 'react-native'`],
    ['a browser entry', `import { createRoot } from 'react-dom/client'`],
  ])('%s runs elsewhere', (_, text) => expect(isOut('src/a.ts', text)).toBe(true))

  it('a mention in a string is no import', () => expect(isOut('src/a.ts', `const advice = 'use client'`)).toBe(false))

  it('files.ignore and files.tests of the policy replace the defaults', () => {
    const policy = toPolicy({ files: { tests: ['spec/**'], ignore: ['generated/*.ts'] } })
    expect(isOut('packages/a/generated/client.ts', '', policy)).toBe(true)
    expect(isOut('packages/a/spec/deep/a.ts', '', policy)).toBe(true)
    expect(isOut('src/orders.test.ts', '', policy)).toBe(false)
  })
})
