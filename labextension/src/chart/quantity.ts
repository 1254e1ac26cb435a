/**
 * What charts call the numbers of a run: *Gradient norm*, *Accuracy*, *Memory (MB)*.
 */

/** A name in words. */
export interface Quantity {
  /** At the beginning of a line, with its unit. */
  title: string;
  /** Within a sentence. */
  phrase: string;
  /** The title of an axis: the phrase with its unit. */
  measure: string;
}

/** Of names that are these words, with underscores between them. */
const WORDS = new Set(
  (
    'accuracy binary_accuracy categorical_accuracy sparse_categorical_accuracy ' +
    'top_k_categorical_accuracy sparse_top_k_categorical_accuracy object_accuracy exact_match ' +
    'precision recall mean_average_precision character_error_rate cosine_similarity ' +
    'mean_absolute_error mean_squared_error root_mean_squared_error ' +
    'mean_absolute_percentage_error mean_squared_logarithmic_error hinge poisson ' +
    'binary_crossentropy categorical_crossentropy sparse_categorical_crossentropy ' +
    'gradient_norm learning_rate loss'
  ).split(' ')
);

/** Of the others, with the unit where there always is one. */
const TITLES = new Map<string, readonly [title: string, unit?: string]>([
  ['acc', ['Accuracy']],
  ['auc', ['AUC']],
  ['mae', ['Mean absolute error']],
  ['mse', ['Mean squared error']],
  ['rmse', ['Root mean squared error']],
  ['f1_score', ['F1 score']],
  ['r2_score', ['R² score']],
  ['io_u', ['IoU']],
  ['box_iou', ['Box IoU']],
  ['mean_iou', ['Mean IoU']],
  ['mean_io_u', ['Mean IoU']],
  ['one_hot_mean_io_u', ['Mean IoU']],
  ['kl_divergence', ['KL divergence']],
  ['process_memory', ['Memory', 'MB']],
  ['process_cpu', ['CPU', '%']],
  ['gpu_memory', ['GPU memory', 'MB']],
  ['gpu_utilisation', ['GPU utilisation', '%']]
]);

const LOWER = /loss$|error|divergence|crossentropy|hinge|poisson|^(mae|mse|rmse|mape|msle)$/;
const HIGHER = /acc$|accuracy|precision|recall|auc|_score$|io_?u$|match$|similarity/;

/** Which values of a metric are the better ones; undefined where nobody can tell. */
export function better(metric: string): 'lower' | 'higher' | undefined {
  return LOWER.test(metric) ? 'lower' : HIGHER.test(metric) ? 'higher' : undefined;
}

const SHARE = /acc$|accuracy|precision|recall|io_?u$|match$/;

/** Whether a metric is a share of one, such as an accuracy, which people read as a percentage. */
export function isShare(metric: string): boolean {
  return SHARE.test(metric) && better(metric) === 'higher';
}

/**
 * A series or metric in words; what a person has named is called as it is.
 *
 * @param name the series or metric.
 * @param unit such as "MB"; "" for a plain number.
 */
export function quantity(name: string, unit = ''): Quantity {
  const [, stem = name, number] = /^(gpu_\w+?)_(\d+)$/.exec(name) ?? [];
  const [known, usual = ''] = TITLES.get(stem) ?? [];
  const words = known ?? (WORDS.has(stem) ? sentence(stem) : undefined);
  if (words === undefined) {
    return { title: measured(name, unit), phrase: name, measure: measured(name, unit) };
  }
  const title = number === undefined ? words : `${words} ${number}`;
  // An abbreviation keeps its capitals.
  const abbreviated = /^\p{Lu}[\p{Lu}²\d]/u.test(title);
  const phrase = abbreviated ? title : title.charAt(0).toLowerCase() + title.slice(1);
  const its = unit || usual;
  return { title: measured(title, its), phrase, measure: measured(phrase, its) };
}

function sentence(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ');
}

function measured(title: string, unit: string): string {
  return unit ? `${title} (${unit})` : title;
}
