/**
 * What charts call the numbers of a run: *Gradient norm*, *Accuracy*, *Memory (MB)*.
 */

import { formatNumber, formatShare } from '../format';
import { pageLocale } from '../i18n/locale';
import { trans } from '../i18n/translation';

/** A name in words. */
export interface Quantity {
  /** At the beginning of a line, with its unit. */
  title: string;
  /** Within a sentence. */
  phrase: string;
  /** The title of an axis: the phrase with its unit. */
  measure: string;
}

/** In words as within a sentence, by name. */
const PHRASES = new Map<string, () => string>([
  ['accuracy', () => trans.__('accuracy')],
  ['binary_accuracy', () => trans.__('binary accuracy')],
  ['categorical_accuracy', () => trans.__('categorical accuracy')],
  ['sparse_categorical_accuracy', () => trans.__('sparse categorical accuracy')],
  ['top_k_categorical_accuracy', () => trans.__('top k categorical accuracy')],
  ['sparse_top_k_categorical_accuracy', () => trans.__('sparse top k categorical accuracy')],
  ['object_accuracy', () => trans.__('object accuracy')],
  ['exact_match', () => trans.__('exact match')],
  ['precision', () => trans.__('precision')],
  ['recall', () => trans.__('recall')],
  ['mean_average_precision', () => trans.__('mean average precision')],
  ['character_error_rate', () => trans.__('character error rate')],
  ['cosine_similarity', () => trans.__('cosine similarity')],
  ['mean_absolute_error', () => trans.__('mean absolute error')],
  ['mean_squared_error', () => trans.__('mean squared error')],
  ['root_mean_squared_error', () => trans.__('root mean squared error')],
  ['mean_absolute_percentage_error', () => trans.__('mean absolute percentage error')],
  ['mean_squared_logarithmic_error', () => trans.__('mean squared logarithmic error')],
  ['hinge', () => trans.__('hinge')],
  ['poisson', () => trans.__('poisson')],
  ['binary_crossentropy', () => trans.__('binary crossentropy')],
  ['categorical_crossentropy', () => trans.__('categorical crossentropy')],
  ['sparse_categorical_crossentropy', () => trans.__('sparse categorical crossentropy')],
  ['gradient_norm', () => trans.__('gradient norm')],
  ['learning_rate', () => trans.__('learning rate')],
  ['loss', () => trans.__('loss')],
  ['acc', () => trans.__('accuracy')],
  ['auc', () => trans.__('AUC')],
  ['mae', () => trans.__('mean absolute error')],
  ['mse', () => trans.__('mean squared error')],
  ['rmse', () => trans.__('root mean squared error')],
  ['f1_score', () => trans.__('F1 score')],
  ['r2_score', () => trans.__('R² score')],
  ['io_u', () => trans.__('IoU')],
  ['box_iou', () => trans.__('box IoU')],
  ['mean_iou', () => trans.__('mean IoU')],
  ['mean_io_u', () => trans.__('mean IoU')],
  ['one_hot_mean_io_u', () => trans.__('mean IoU')],
  ['kl_divergence', () => trans.__('KL divergence')],
  ['process_memory', () => trans.__('memory')],
  ['process_cpu', () => trans.__('CPU')],
  ['gpu_memory', () => trans.__('GPU memory')],
  ['gpu_utilisation', () => trans.__('GPU utilisation')]
]);

/** The units of those that always have one. */
const UNITS = new Map([
  ['process_memory', 'MB'],
  ['process_cpu', '%'],
  ['gpu_memory', 'MB'],
  ['gpu_utilisation', '%']
]);

const LOWER = /loss$|error|divergence|crossentropy|hinge|poisson|^(mae|mse|rmse|mape|msle)$/;
const HIGHER = /acc$|accuracy|precision|recall|auc|_score$|io_?u$|match$|similarity/;

/** Which values of a metric are the better ones; undefined where nobody can tell. */
export function better(metric: string): 'lower' | 'higher' | undefined {
  return LOWER.test(metric) ? 'lower' : HIGHER.test(metric) ? 'higher' : undefined;
}

const SHARE = /acc$|accuracy|precision|recall|io_?u$|match$/;

/**
 * How a metric is written: a share of one, such as an accuracy, as a percentage.
 *
 * @param value one that it has; what is called a share and exceeds one is none.
 */
export function metricFormat(metric: string, value: number): (value: number) => string {
  const share = SHARE.test(metric) && better(metric) === 'higher' && value <= 1;
  return share ? formatShare : formatNumber;
}

/**
 * A series or metric in words; what a person has named is called as it is.
 *
 * @param name the series or metric.
 * @param unit such as "MB"; "" for a plain number.
 */
export function quantity(name: string, unit = ''): Quantity {
  const [, stem = name, number] = /^(gpu_\w+?)_(\d+)$/.exec(name) ?? [];
  const words = PHRASES.get(stem)?.();
  if (words === undefined) {
    return { title: measured(name, unit), phrase: name, measure: measured(name, unit) };
  }
  const phrase = number === undefined ? words : `${words} ${number}`;
  const its = unit || (UNITS.get(stem) ?? '');
  return { title: measured(sentence(phrase), its), phrase, measure: measured(phrase, its) };
}

/** At the beginning of a line. */
function sentence(phrase: string): string {
  return phrase.charAt(0).toLocaleUpperCase(pageLocale()) + phrase.slice(1);
}

function measured(title: string, unit: string): string {
  return unit ? `${title} (${unit})` : title;
}
