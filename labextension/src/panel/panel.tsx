/**
 * The side panel: a button for a new lab, and the active notebook's kernel.
 */

import { ReactWidget } from '@jupyterlab/apputils';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Button } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import { lossIcon } from '../icon';
import { kernelState } from './kernel_state';

export class LossPanel extends ReactWidget {
  private _panel: NotebookPanel | null = null;

  /**
   * @param _tracker knows the active notebook.
   * @param _newLab creates a new lab.
   * @param _trans translates the panel's texts.
   */
  constructor(
    private readonly _tracker: INotebookTracker,
    private readonly _newLab: () => void,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.id = 'lossviz-panel';
    this.addClass('lossviz-panel');
    this.title.icon = lossIcon;
    this.title.caption = _trans.__('Loss lab');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', _trans.__('Loss lab'));
    _tracker.currentChanged.connect(this._follow, this);
    this._follow();
  }

  override dispose(): void {
    this._tracker.currentChanged.disconnect(this._follow, this);
    this._unfollow();
    super.dispose();
  }

  protected override render(): React.ReactElement | null {
    // A hidden panel does not render; it catches up when it is shown.
    if (!this.isVisible) {
      return null;
    }
    const state = kernelState(this._panel, this._trans);
    return (
      <>
        <h2>{this._trans.__('Loss lab')}</h2>
        <p>
          {this._trans.__(
            'Choose a task, a loss and hyperparameters, train, and watch the loss of every step.'
          )}
        </p>
        <Button className="jp-mod-styled jp-mod-accept" onClick={this._newLab}>
          {this._trans.__('New loss lab')}
        </Button>
        {state ? (
          <dl>
            <dt>{this._trans.__('Notebook')}</dt>
            <dd>{state.notebook}</dd>
            <dt>{this._trans.__('Kernel')}</dt>
            <dd>{state.kernel}</dd>
            <dt>{this._trans.__('State')}</dt>
            <dd>{state.state}</dd>
          </dl>
        ) : (
          <p>{this._trans.__('No notebook is open. New loss lab creates one.')}</p>
        )}
      </>
    );
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.update();
  }

  private _follow(): void {
    this._unfollow();
    this._panel = this._tracker.currentWidget;
    if (this._panel) {
      this._panel.sessionContext.statusChanged.connect(this._refresh, this);
      this._panel.sessionContext.kernelChanged.connect(this._refresh, this);
      this._panel.sessionContext.connectionStatusChanged.connect(this._refresh, this);
      this._panel.title.changed.connect(this._refresh, this);
    }
    this._refresh();
  }

  private _unfollow(): void {
    const panel = this._panel;
    this._panel = null;
    if (panel) {
      panel.sessionContext.statusChanged.disconnect(this._refresh, this);
      panel.sessionContext.kernelChanged.disconnect(this._refresh, this);
      panel.sessionContext.connectionStatusChanged.disconnect(this._refresh, this);
      panel.title.changed.disconnect(this._refresh, this);
    }
  }

  private _refresh(): void {
    if (this.isVisible) {
      this.update();
    }
  }
}
