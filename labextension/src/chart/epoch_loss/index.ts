/**
 * "Loss over all epochs": the means of each epoch, of this run and of those before it.
 */

import { LOSS } from '../../store/run_data';
import { epochChart } from '../epoch_metric';

export const epochLoss = epochChart({
  id: 'epoch_loss',
  title: 'Loss over all epochs',
  name: LOSS,
  wide: true
});
