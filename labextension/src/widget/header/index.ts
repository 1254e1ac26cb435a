/**
 * The head of a lab: the run and what it is doing, the buttons, the progress and the status line.
 */

import { setText } from '../../controls/set_text';
import type { StatusLine } from '../../lab_traits';
import { CommandBar, type CommandName } from './command_bar';
import { part } from './part';
import { ProgressLine } from './progress_line';
import { phaseOf, type RunMoment } from './run_phase';
import { StatusRow } from './status_row';

export type { CommandName } from './command_bar';
export type { RunMoment } from './run_phase';

export class LabHeader {
  readonly element = part('header', 'lossviz-head');
  private _name = part('strong', 'lossviz-run-name');
  private _phase = part('span', 'lossviz-phase');
  private _row = part('div', 'lossviz-head-row');
  private _bar: CommandBar;
  private _progress = new ProgressLine();
  private _says: StatusRow;
  private _title = '';

  /**
   * @param commands the buttons, in order.
   * @param press gives the command of a button.
   */
  constructor(commands: readonly CommandName[], press: (command: CommandName) => void) {
    this._bar = new CommandBar(commands, press);
    this._says = new StatusRow(
      command => {
        press(command as CommandName);
      },
      () => {
        this._bar.focus();
      }
    );
    const phase = part('span', 'lossviz-phase-place');
    phase.append(this._phase);
    this._row.append(this._name, phase, this._bar.element, this._progress.facts);
    this.element.append(this._row, this._progress.element, this._says.element);
  }

  /** Put something beside the buttons. */
  add(element: HTMLElement): void {
    this._row.insertBefore(element, this._progress.facts);
  }

  /** What the lab is called before it has a run. */
  showTitle(title: string): void {
    this._title = title;
    if (this._name.dataset['of'] === 'lab') {
      this._name.textContent = title;
    }
  }

  /** Show which commands can be given now. */
  showCommands(commands: readonly string[]): void {
    this._bar.show(commands);
  }

  /** Show the lab's status line. */
  showStatus(status: Partial<StatusLine>): void {
    this._says.show(status);
  }

  /** Say why the kernel cannot be heard, or with "" that it can be again. */
  showSilence(text: string): void {
    this._says.showSilence(text);
  }

  /** Say what went wrong on this page, beside what the kernel says. */
  showTrouble(text: string): void {
    this._says.showTrouble(text);
  }

  /** Show which run it is, what it is doing and how far it is. */
  showRun(moment: RunMoment): void {
    const name = moment.run?.name ?? this._title;
    if (this._name.textContent !== name) {
      this._name.textContent = this._name.title = name;
    }
    this._name.dataset['of'] = moment.run ? 'run' : 'lab';
    const { word, tone } = phaseOf(moment);
    setText(this._phase, word);
    this._phase.dataset['tone'] = tone;
    this._progress.show(moment);
  }
}
