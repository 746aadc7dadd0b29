update orders set channel = 'web' where channel = 'phone';
