namespace InputEvdev;
