namespace Mmm.Skia;
