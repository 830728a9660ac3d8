// Colours for people: on a terminal only, and not where NO_COLOR asks for none. The library's own choice also counts a CI
// service as a terminal, and would write them into a file.
import { isatty } from 'node:tty';
import pc from 'picocolors';

/** What writes text in colours, or leaves it as it is. */
export const colours = pc.createColors(isatty(1) && !process.env['NO_COLOR']);
