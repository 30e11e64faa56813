/** A study as JUnit XML, the form of test results that CI systems read. */
import { margin as told } from '../../measure/suite-why.ts'
import { studyChecks } from '../../measure/verdict.ts'
import { type GateKind, passes } from '../gate.ts'
import type { ConditionResult, Role, StudyResult, SuiteResult } from '../result.ts'
import { decidingInterval, points, unit } from './format.ts'
import { axes, methodsOf, states, verdicts } from './words.ts'

interface Case {
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  /** Such as `broken`. */
  readonly type: string
  /** One sentence. */
  readonly message: string
  readonly text: string
}

interface TestSuite {
  readonly name: string
  readonly cases: readonly Case[]
}

/**
 * One testsuite for each method, with a testcase for its verdict and one for each suite of each axis, and one for the
 * study's checks. What the gate would not let pass is a failure; a suite that cannot be told is skipped.
 */
export function junitXml(result: StudyResult, gate: GateKind): string {
  const suites: TestSuite[] = [
    ...methodsOf(result.conditions).map(condition => methodSuite(condition, result, gate)),
    checksSuite(result),
  ]
  const all = suites.flatMap(suite => suite.cases)
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: `plimsoll ${result.study}`, ...counts(all), time: seconds(result.time.seconds) })}>`,
    ...suites.flatMap(suite => suiteLines(suite, result)),
    '</testsuites>',
  ]
  return `${lines.join('\n')}\n`
}

function methodSuite(condition: ConditionResult, result: StudyResult, gate: GateKind): TestSuite {
  const { verdict, sentence } = condition
  const word = verdicts[verdict].word
  return {
    name: `${result.study}.${condition.name}`,
    cases: [
      {
        name: 'verdict',
        outcome: passes(verdict, gate) ? 'passed' : 'failed',
        type: verdict,
        message: `${word}. ${sentence}`,
        text: `${condition.description}\n${sentence}`,
      },
      ...axes.flatMap(axis => {
        const { suites } = condition.axes[axis]
        if (suites.length > 0) return suites.map(suite => suiteCase(axis, suite, gate))
        const message = `No suite of ${axis} was measured.`
        return [{ name: axis, outcome: 'skipped', type: 'cannot-tell', message, text: message } as const]
      }),
    ],
  }
}

function suiteCase(axis: string, suite: SuiteResult, gate: GateKind): Case {
  const { state, why, property, change, margin, n, lost, gained } = suite
  const outcome = state === 'cannot-tell' ? 'skipped' : passes(state, gate) ? 'passed' : 'failed'
  return {
    name: `${axis}: ${suite.suite}`,
    outcome,
    type: state,
    message: `${property}: ${states[state].word}. ${why}`,
    text: [
      `${property}: ${states[state].word}`,
      why,
      `change ${points(change)} ${unit(suite)}, 95 % interval ${decidingInterval(suite)} (${suite.interval})`,
      `margin ${told(margin)} ${unit(suite)}; n ${n}, lost ${lost}, gained ${gained}`,
    ].join('\n'),
  }
}

function checksSuite({ study, conditions }: StudyResult): TestSuite {
  const of = (role: Role) => conditions.find(condition => condition.role === role)?.axes
  const { passed, notes } = studyChecks({ positiveControl: of('positive-control'), identity: of('identity') })
  const ran = of('positive-control') !== undefined || of('identity') !== undefined
  const text = notes.join('\n')
  return {
    name: `${study}.checks`,
    cases: [
      {
        name: 'the study can see damage, and sees none where there is none',
        outcome: !passed ? 'failed' : ran ? 'passed' : 'skipped',
        type: 'cannot-tell',
        message: notes.join(' ') || 'The positive control is broken, and the identity edit flips nothing.',
        text,
      },
    ],
  }
}

function suiteLines({ name, cases }: TestSuite, { time, run, model, engine }: StudyResult): string[] {
  const properties = {
    run,
    model: model.name,
    fingerprint: model.fingerprint,
    release: engine.release,
    cpu: engine.cpu,
  }
  const shown = {
    name,
    ...counts(cases),
    time: seconds(0),
    timestamp: time.finished.slice(0, 19),
    hostname: 'localhost',
  }
  return [
    `  <testsuite${attributes(shown)}>`,
    '    <properties>',
    ...Object.entries(properties).map(([key, value]) => `      <property${attributes({ name: key, value })}/>`),
    '    </properties>',
    ...cases.flatMap(one => caseLines(name, one)),
    '  </testsuite>',
  ]
}

function caseLines(classname: string, { name, outcome, type, message, text }: Case): string[] {
  const open = `    <testcase${attributes({ name, classname, time: seconds(0) })}`
  if (outcome === 'skipped') return [`${open}>`, `      <skipped${attributes({ message })}/>`, '    </testcase>']
  if (outcome === 'failed') {
    return [`${open}>`, `      <failure${attributes({ message, type })}>${escaped(text)}</failure>`, '    </testcase>']
  }
  return [`${open}>`, `      <system-out>${escaped(text)}</system-out>`, '    </testcase>']
}

function counts(cases: readonly Case[]) {
  const of = (outcome: Case['outcome']) => String(cases.filter(one => one.outcome === outcome).length)
  return { tests: String(cases.length), failures: of('failed'), errors: '0', skipped: of('skipped') }
}

function seconds(value: number): string {
  return value.toFixed(3)
}

function attributes(all: Readonly<Record<string, string>>): string {
  return Object.entries(all)
    .map(([name, value]) => ` ${name}="${escaped(value).replaceAll('\n', '&#10;')}"`)
    .join('')
}

/** Text in which nothing is markup, and no character that XML 1.0 does not allow. */
function escaped(text: string): string {
  return (
    text
      .toWellFormed()
      .replaceAll('\r', '\n')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML does not allow
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
  )
}
