import { expect, it } from 'vitest';
import { Reminder } from '../../src/cli/reminder.ts';
import { TestClock } from '../kube/harness.ts';

function reminded() {
  const clock = new TestClock();
  const said: string[] = [];
  const reminder = new Reminder(clock, (message, times) => said.push(`${message} ${times}`));
  /** It happens every two seconds. */
  const happens = (message: string, seconds: number) => {
    for (let passed = 0; passed < seconds; passed += 2) {
      reminder.happened(message);
      clock.advance(2000);
    }
  };
  return { said, reminder, happens };
}

it('what happens again and again is said with growing distance, and how often it was', () => {
  const { said, happens } = reminded();
  happens('refused', 3600 * 10);
  // after 0, 30 s, 90 s, 210 s and so on, and then every half hour
  expect(said.slice(0, 4)).toEqual(['refused 1', 'refused 15', 'refused 30', 'refused 60']);
  expect(said.slice(-2)).toEqual(['refused 900', 'refused 900']);
  expect(said.length).toBeLessThan(30);
});

it('something else is said at once, and so is the same after it went well', () => {
  const { said, reminder, happens } = reminded();
  happens('refused', 10);
  happens('no answer', 10);
  happens('refused', 10);
  reminder.reset();
  happens('refused', 10);
  expect(said).toEqual(['refused 1', 'no answer 1', 'refused 1', 'refused 1']);
});
