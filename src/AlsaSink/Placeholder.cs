namespace AlsaSink;
