/**
 * "Loss over all epochs": the means of each epoch, of this run and of those before it.
 */

import { trans } from '../../i18n/translation';
import { LOSS } from '../../store/run_data';
import { epochChart } from '../epoch_metric';

export const epochLoss = epochChart({
  id: 'epoch_loss',
  title: () => trans.__('Loss over all epochs'),
  name: LOSS,
  wide: true
});
