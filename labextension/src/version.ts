/** The version of lossviz. Written by `make protocol` from lossviz/__init__.py. */
export const VERSION = '0.1.0';
