import { expect, it } from 'vitest';
import { better, quantity } from '../../labextension/src/chart/quantity';

it.each([
  ['gradient_norm', '', 'Gradient norm', 'gradient norm'],
  ['learning_rate', '', 'Learning rate', 'learning rate'],
  ['accuracy', '', 'Accuracy', 'accuracy'],
  ['process_memory', 'MB', 'Memory (MB)', 'memory'],
  ['process_memory', '', 'Memory (MB)', 'memory'],
  ['gpu_memory_1', 'MB', 'GPU memory 1 (MB)', 'GPU memory 1'],
  ['mean_iou', '', 'Mean IoU', 'mean IoU'],
  ['auc', '', 'AUC', 'AUC'],
  ['f1_score', '', 'F1 score', 'F1 score'],
  ['temperature', '', 'temperature', 'temperature'],
  ['my_own_score', '', 'my_own_score', 'my_own_score'],
  ['<b>val/f1@0.5', '', '<b>val/f1@0.5', '<b>val/f1@0.5'],
  ['constructor', '', 'constructor', 'constructor']
])('says %s in words, and leaves what a person has named', (name, unit, title, phrase) => {
  expect(quantity(name, unit)).toMatchObject({ title, phrase });
});

it('knows which of two values is the better one, where that is known', () => {
  expect(['accuracy', 'auc', 'mean_iou', 'r2_score'].map(better)).toEqual(Array(4).fill('higher'));
  expect(['loss', 'digit_loss', 'mae', 'character_error_rate'].map(better)).toEqual(
    Array(4).fill('lower')
  );
  expect(['temperature', 'mean'].map(better)).toEqual([undefined, undefined]);
});
