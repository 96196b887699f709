namespace GpioButtons;
