namespace Mmm;
