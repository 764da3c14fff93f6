import { describe, expect, test } from 'vitest'
import { Properties } from '../../../infra/local/template/properties.ts'

describe('properties are read strictly', () => {
  test('one that nobody noticed stops the start, at any depth', () => {
    const properties = new Properties({ A: 'a', Deep: { List: [{ B: 1, Extra: 2 }] } }, 'Thing')
    properties.string('A')
    for (const item of properties.object('Deep').objects('List')) item.optionalNumber('B')
    expect(() => properties.assertAllNoticed()).toThrow(
      'Thing.Deep.List[0].Extra is not known to the local stack',
    )
  })

  test('one that was left aside does not', () => {
    const properties = new Properties({ Description: 'text' }, 'Thing')
    properties.ignore('for people', 'Description')
    expect(() => properties.assertAllNoticed()).not.toThrow()
  })

  const faults: readonly [string, (properties: Properties) => unknown, string][] = [
    ['a missing text', (p) => p.string('None'), 'Thing.None is missing'],
    ['an object for a text', (p) => p.string('Object'), 'Thing.Object is no text'],
    ['a text for a number', (p) => p.optionalNumber('Text'), 'Thing.Text is no number'],
    ['a text for a truth value', (p) => p.boolean('Text', true), 'Thing.Text is neither true nor false'],
    ['a text for a list', (p) => p.strings('Text'), 'Thing.Text is no list'],
    ['a text for an object', (p) => p.object('Text'), 'Thing.Text is no object'],
    [
      'what is refused',
      (p) => p.refuse('Text', 'why'),
      'Thing.Text is not supported by the local stack: why',
    ],
  ]
  test.each(faults)('%s stops the start', (_name, read, message) => {
    expect(() => read(new Properties({ Text: 'text', Object: {} }, 'Thing'))).toThrow(message)
  })

  test('numbers and truth values may be texts, as CloudFormation takes them', () => {
    const properties = new Properties({ Count: '12', Flag: 'false' }, 'Thing')
    expect([properties.optionalNumber('Count'), properties.boolean('Flag', true)]).toEqual([12, false])
  })
})
